"""Many recordings on many machines, by Dask."""

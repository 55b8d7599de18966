"""One module per format; each ends in a `READER`. `registry.READERS` lists them."""

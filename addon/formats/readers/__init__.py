"""One module per format; each ends in a `READER`. `listing.ENTRIES` lists them."""

"""What becomes of refined poses: a share of the way, edits held, the floor, the error."""

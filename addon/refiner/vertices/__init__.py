"""Vertices of a body model's mesh as targets: the pose and the shape that put them where they are."""

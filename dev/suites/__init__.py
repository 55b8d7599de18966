"""The tests in every Blender, the lints, and the rules of the layout."""

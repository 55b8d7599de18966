"""Fingers, from the points of hands or from poses."""

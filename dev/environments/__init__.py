"""Pythons, virtual environments, system libraries, and a Debian with a window."""

"""What build.py dispatches to. Nothing of it ships; up to `commands` it needs the standard library only."""

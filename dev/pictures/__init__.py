"""The demo, its picture, the manual's screenshots."""

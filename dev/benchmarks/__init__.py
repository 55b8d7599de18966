"""Speed, errors, and how a window answers meanwhile."""

"""Feet on their floor: contacts from a network, the floor they tell, and paths that hold."""

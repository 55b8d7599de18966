"""What turns each joint: its inputs, its layers with NumPy and torch, its weights."""

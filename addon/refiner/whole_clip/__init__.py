"""What all frames tell together: bone lengths, definitions of points, times and worlds of two sources."""

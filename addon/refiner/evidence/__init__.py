"""What is known of a pose: keypoints or given poses, freed from noise and outliers."""

"""What the product must be near, measured against the plainest thing that does the same work."""

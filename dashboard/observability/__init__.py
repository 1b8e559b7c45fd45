"""What the product tells about itself: logs and metrics."""

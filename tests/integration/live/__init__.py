"""Live prices."""

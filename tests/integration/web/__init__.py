"""The web application over the real services."""

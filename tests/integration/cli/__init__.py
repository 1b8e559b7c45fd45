"""Commands over the real services."""

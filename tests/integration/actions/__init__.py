"""Corporate actions as proposals, on the real database."""

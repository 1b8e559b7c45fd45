"""Watchlists over the real database."""

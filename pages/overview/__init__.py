"""The overview of a portfolio: what it is worth, how it did, what it holds."""

from pages.overview.callbacks import register

__all__ = ["register"]

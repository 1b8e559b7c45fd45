"""What is wrong with stored prices, and what an administrator decides about it."""

from pages.quality.callbacks import register

__all__ = ["register"]

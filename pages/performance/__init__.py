"""Performance and risk of a portfolio: how it grew, how far it fell, month by month, and what made the change."""

from pages.performance.callbacks import register

__all__ = ["register"]

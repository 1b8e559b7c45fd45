"""The income of a portfolio: what is due and not booked, what was received, and what is to be expected."""

from pages.income.callbacks import register

__all__ = ["register"]

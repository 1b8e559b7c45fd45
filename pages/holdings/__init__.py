"""The holdings of a portfolio: every position with its returns, by group, and lot by lot."""

from pages.holdings.callbacks import register

__all__ = ["register"]

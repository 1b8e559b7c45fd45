"""The ledger of a portfolio: seen, filtered, added to, edited in place and deleted from."""

from pages.transactions.callbacks import register

__all__ = ["register"]

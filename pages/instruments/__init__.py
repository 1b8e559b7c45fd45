"""The instruments that are held or known, to search and to open."""

from pages.instruments.callbacks import register

__all__ = ["register"]

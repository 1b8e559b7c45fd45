"""Lists of instruments that a person follows, with live prices."""

from pages.watchlists.callbacks import register

__all__ = ["register"]

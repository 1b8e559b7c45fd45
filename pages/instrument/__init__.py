"""One instrument: its price, one's own trades in it, and what is known of it."""

from pages.instrument.callbacks import register

__all__ = ["register"]

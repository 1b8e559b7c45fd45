"""Reports: ask for one, watch it being made, download it."""

from pages.reports.callbacks import register

__all__ = ["register"]

"""The import of a file: upload, preview with a verdict on each row, done; and what was imported before."""

from pages.imports.callbacks import register

__all__ = ["register"]

"""The panel in which an instrument is changed; the pages that show instruments open it by its store."""

from dashboard.web.instrument_panel.callbacks import open_from, register
from dashboard.web.instrument_panel.form import OPENED, panel

__all__ = ["OPENED", "open_from", "panel", "register"]

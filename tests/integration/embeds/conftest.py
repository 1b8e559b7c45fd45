"""A portfolio with a market, the application that shows it, and the command line."""

from __future__ import annotations

from tests.integration.api.conftest import portfolio
from tests.integration.cli.conftest import dashboard, more_environment
from tests.integration.web.conftest import client, dash_app, person, server, signed

__all__ = ["client", "dash_app", "dashboard", "more_environment", "person", "portfolio", "server", "signed"]

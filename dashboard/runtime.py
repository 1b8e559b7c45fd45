"""What the running Flask application carries: its settings, Redis and the request id. Needs an app context."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from flask import current_app

from dashboard.settings import Settings

if TYPE_CHECKING:
    from redis import Redis


def settings() -> Settings:
    """The settings that the application was made with."""
    return cast(Settings, current_app.config["SETTINGS"])


def redis_client() -> Redis:
    """The Redis client of the application."""
    return cast("Redis", current_app.extensions["redis"])

"""Cursors: where a page ended, as a word that a client hands back and need not read."""

from __future__ import annotations

import base64
import binascii

from dashboard.errors import InvalidInput


def write(place: str) -> str:
    """The cursor of a place."""
    return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")


def read(cursor: str) -> str:
    """The place of a cursor. Raises: InvalidInput."""
    try:
        return base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
    except (ValueError, binascii.Error) as error:
        raise refused() from error


def refused() -> InvalidInput:
    """What is wrong with a cursor that leads nowhere."""
    return InvalidInput("cursor: it is none that an earlier page gave.", field="cursor")

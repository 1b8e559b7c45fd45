"""The names of our cookies, which the pages and the stream share."""

from __future__ import annotations

SESSION = "basis_session"


def cookie_name(name: str, *, secure: bool) -> str:
    """``name`` with the prefix that binds a cookie to this host where the address is https."""
    return f"__Host-{name}" if secure else name

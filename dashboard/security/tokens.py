"""Tokens derived from the installation's key: nothing to store, the same in every process."""

from __future__ import annotations

import hashlib
import hmac


def derived_token(key: str, purpose: str) -> str:
    """A token of 128 bits that only this installation can make for ``purpose``."""
    return hmac.new(key.encode(), f"token:{purpose}".encode(), hashlib.sha256).hexdigest()[:32]

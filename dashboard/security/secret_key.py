"""The key that signs cookies and tokens: given, or made once and kept in the home."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dashboard.settings import Settings

FILE_NAME = "secret_key"


def secret_key(settings: Settings) -> str:
    """The key of this installation; the first process to ask makes it, and all others read the same."""
    if settings.secret_key is not None:
        return settings.secret_key.get_secret_value()
    path = settings.dashboard_home / FILE_NAME
    settings.dashboard_home.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        draft = path.with_name(f"{FILE_NAME}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(48))
        try:
            os.link(draft, path)  # atomic, and it never replaces the key that another process just made
        except FileExistsError:
            pass  # another process was first: its key is the one
        finally:
            draft.unlink()
    return path.read_text().strip()

"""The one JSON form of users, and of how ready the installation is."""

from __future__ import annotations

from dataclasses import asdict

from dashboard.results.accounts import Readiness, UserItem
from dashboard.results.scalars import Json, moment


def user(item: UserItem) -> dict[str, Json]:
    """A user."""
    return {
        "id": item.id,
        "email": item.email,
        "name": item.name,
        "role": item.role.value,
        "created_at": moment(item.created_at),
        "disabled_at": moment(item.disabled_at),
    }


def readiness(found: Readiness) -> dict[str, Json]:
    """What is ready (``ok``) and what is not."""
    return {"ready": found.ready} | {name: text or "ok" for name, text in asdict(found).items()}

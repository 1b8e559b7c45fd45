"""The providers of the running application, made once a process: sessions to them do not survive a fork."""

from __future__ import annotations

import os
from typing import cast

from flask import current_app

from dashboard.providers.assembly import create_providers
from dashboard.providers.chain import ProviderChain
from dashboard.runtime import redis_client, settings

EXTENSION = "market_data_providers"


def providers() -> ProviderChain:
    """The chain of the ``PROVIDERS`` setting."""
    made = current_app.extensions.get(EXTENSION)
    if made is None or made[0] != os.getpid():
        made = (os.getpid(), create_providers(settings(), client=redis_client()))
        current_app.extensions[EXTENSION] = made
    return cast(ProviderChain, made[1])

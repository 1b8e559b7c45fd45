"""gunicorn's settings for the fan-out: ``gunicorn -c python:dashboard.live.gunicorn_conf ...wsgi:server``."""

from __future__ import annotations

from gevent import monkey

monkey.patch_all()  # before anything else is imported: psycopg and redis choose how they wait when they are

import gc  # noqa: E402
import os  # noqa: E402
from typing import TYPE_CHECKING  # noqa: E402
from urllib.parse import urlsplit  # noqa: E402

if TYPE_CHECKING:
    from gunicorn.workers.base import Worker

_address = urlsplit(os.environ.get("STREAM_BIND") or "//127.0.0.1:8051")

bind = [f"{_address.hostname}:{_address.port}"]
worker_class = "gevent"
workers = 1
worker_connections = 10_000
preload_app = False
control_socket_disable = True
graceful_timeout = 3
keepalive = 30


def post_worker_init(_worker: Worker) -> None:
    """Leave what was imported out of every later collection of garbage: each would hold all streams up for 200 ms."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 50, 50)

"""gunicorn's settings for the fan-out: ``gunicorn -c python:dashboard.live.gunicorn_conf ...wsgi:server``."""

from gevent import monkey

monkey.patch_all()  # before anything else is imported: psycopg and redis choose how they wait when they are

import os  # noqa: E402
from urllib.parse import urlsplit  # noqa: E402

_address = urlsplit(os.environ.get("STREAM_BIND") or "//127.0.0.1:8051")

bind = [f"{_address.hostname}:{_address.port}"]
worker_class = "gevent"
workers = 1
worker_connections = 10_000
preload_app = False
control_socket_disable = True
graceful_timeout = 3
keepalive = 30

"""How gunicorn runs the web processes: ``gunicorn -c python:dashboard.gunicorn_conf wsgi:server``."""

from __future__ import annotations

import os
import shutil
import tempfile
from typing import TYPE_CHECKING

from dashboard.db.engine import forget_connections_after_fork
from dashboard.settings import Settings

if TYPE_CHECKING:
    from gunicorn.arbiter import Arbiter
    from gunicorn.workers.base import Worker

_settings = Settings.from_env()

bind = f"{_settings.host}:{_settings.port}"
worker_class = "gthread"
workers = min(4, max(2, os.cpu_count() or 1))
threads = 8
preload_app = False
control_socket_disable = True
timeout = 60
graceful_timeout = 30
keepalive = 15
max_requests = 20_000
max_requests_jitter = 2_000
limit_request_line = 8_190
accesslog = None
forwarded_allow_ips = "127.0.0.1,::1"
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: PTH112, S108  # a heartbeat off the disk


def on_starting(_server: Arbiter) -> None:
    """Let the workers share their metrics: one directory for this run."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="basis-metrics-")
        os.environ["BASIS_OWN_METRICS"] = "1"


def post_fork(_server: Arbiter, worker: Worker) -> None:
    """Start a worker without the connections of its parent."""
    application = getattr(worker.app, "callable", None)
    if application is not None:
        forget_connections_after_fork(application)


def child_exit(_server: Arbiter, worker: Worker) -> None:
    """Drop the live gauges of a worker that has gone."""
    from dashboard.observability.metrics import forget_process

    forget_process(worker.pid)


def on_exit(_server: Arbiter) -> None:
    """Remove the metrics' directory of this run."""
    if os.environ.get("BASIS_OWN_METRICS"):
        shutil.rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)

"""How gunicorn runs the web processes: ``gunicorn -c python:dashboard.gunicorn_conf wsgi:server``."""

from __future__ import annotations

import os
import shutil
import socket
from pathlib import Path
from typing import TYPE_CHECKING

from dashboard.db.engine import forget_connections_after_fork
from dashboard.settings import Settings

if TYPE_CHECKING:
    from gunicorn.arbiter import Arbiter
    from gunicorn.workers.base import Worker

_settings = Settings.from_env()
METRICS = _settings.dashboard_home / "metrics"
HOST_NAME = socket.gethostname().replace(".", "-")

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
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108  # a heartbeat off the disk


def on_starting(server: Arbiter) -> None:
    """Let the workers share their metrics: a directory in the home for this run, without those of runs that ended."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        return
    for old in METRICS.glob(f"{HOST_NAME}.*"):
        if not _lives(int(old.suffix[1:])):
            shutil.rmtree(old, ignore_errors=True)
    directory = _metrics_of(os.getpid())
    directory.mkdir(parents=True, exist_ok=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(directory)
    server.log.debug("Metrics are in %s", directory)


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
    """Remove the metrics of this run."""
    shutil.rmtree(_metrics_of(os.getpid()), ignore_errors=True)


def _metrics_of(process_id: int) -> Path:
    return METRICS / f"{HOST_NAME}.{process_id}"


def _lives(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True

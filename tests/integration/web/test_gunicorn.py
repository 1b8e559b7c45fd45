"""The web processes as gunicorn runs them: ready, metrics of all workers, and a clean stop."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.conftest import DatabaseUrls
from tests.web import SECRET_KEY

ROOT = Path(__file__).parents[3]
DEADLINE_SECONDS = 60.0


@pytest.fixture
def gunicorn(
    clean_database: DatabaseUrls, redis_url: str, tmp_path: Path
) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """A master with its workers over this worker's services; stopped at the end, however the test ended."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {
        "DATABASE_URL": clean_database.database_url,
        "REDIS_URL": redis_url,
        "DASHBOARD_HOME": str(tmp_path),
        "SECRET_KEY": SECRET_KEY,
        "PROVIDERS": "simulated",
        "PORT": str(port),
    }
    environment.pop("PROMETHEUS_MULTIPROC_DIR", None)
    command = [sys.executable, "-m", "gunicorn", "-c", "python:dashboard.gunicorn_conf", "wsgi:server"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        _until_ready(process, address)
        yield process, address
    finally:
        process.kill()
        process.wait(timeout=30)


def _until_ready(process: subprocess.Popen[bytes], address: str) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while True:
        assert process.poll() is None, "gunicorn ended"
        assert time.monotonic() < deadline, "gunicorn did not become ready"
        try:
            if requests.get(f"{address}/readyz", timeout=2).status_code == 200:
                return
        except requests.RequestException:
            time.sleep(0.1)  # between two looks


def test_it_serves_counts_and_stops(gunicorn: tuple[subprocess.Popen[bytes], str], tmp_path: Path) -> None:
    process, address = gunicorn
    for _ in range(6):
        assert requests.get(f"{address}/sign-in", timeout=10, allow_redirects=False).status_code == 302
    metrics = requests.get(f"{address}/metrics", timeout=10).text
    line = 'basis_request_seconds_count{method="GET",route="/sign-in",status="302"} 6.0'
    assert line in metrics, "whichever worker answers counts for all"

    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=40) == 0
    assert list((tmp_path / "metrics").iterdir()) == []

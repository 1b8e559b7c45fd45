"""``dashboard stream`` in a process of its own, where the pages of a test look for it."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from flask import Flask

from tests.browser.driver import Browser
from tests.integration.cli.conftest import environment_of

ROOT = Path(__file__).parents[2]
DEADLINE_SECONDS = 60.0
LAST_CANDLE = """
    const plot = document.querySelector("#px-chart .js-plotly-plot");
    const bar = plot && plot.data && plot.data.find((trace) => trace.type === "candlestick");
    return bar && [bar.open, bar.high, bar.low, bar.close].map((list) => list.at(-1));
"""


class Stream:
    """``dashboard stream`` in a process of its own."""

    def __init__(self, environment: dict[str, str], port: int) -> None:
        self._environment = environment
        self._address = f"http://127.0.0.1:{port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it answers."""
        command = [sys.executable, "-m", "dashboard.cli", "stream"]
        self._process = subprocess.Popen(command, cwd=ROOT, env=self._environment, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + DEADLINE_SECONDS
        while not self._answers():
            assert self._process.poll() is None and time.monotonic() < deadline, "the stream does not answer"
            time.sleep(0.05)  # between two looks

    def stop(self) -> None:
        """End it; calling it again does nothing."""
        process, self._process = self._process, None
        if process is not None:
            process.terminate()
            process.wait(timeout=30)

    def kill(self) -> None:
        """End it as a crash does."""
        assert self._process is not None
        self._process.kill()
        self.stop()

    def _answers(self) -> bool:
        try:
            return requests.get(f"{self._address}/healthz", timeout=2).ok
        except requests.RequestException:
            return False


def badge(browser: Browser) -> str:
    """What the shape of the badge of live prices stands for."""
    return browser.find("#live-dot").get_attribute("data-state") or ""


def last_candle(browser: Browser) -> list[float]:
    """Open, high, low and close of the last candle of the chart of an instrument."""
    found = browser.wait_for(lambda: browser.run(LAST_CANDLE), "a chart with candles")
    assert isinstance(found, list)
    return found


@pytest.fixture
def stream(server: Flask) -> Iterator[Stream]:
    """A stream that has not been started, where the pages look for it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    known = server.config["SETTINGS"]
    server.config["SETTINGS"] = known.model_copy(update={"stream_url": f"http://127.0.0.1:{port}"})
    found = Stream(environment_of(known, STREAM_URL=f"http://127.0.0.1:{port}"), port)
    yield found
    found.stop()
    server.config["SETTINGS"] = known

"""Live prices for many: how fast 1,500 streams of one process are told, what each costs, and what pages notice of it.

``python -m benchmarks.live [--clients 1500] [--seconds 60]``: the demo's workspace in a home of its own, the web
process and the stream as gunicorn runs them. The overview is asked for again and again, first alone, then while every
client listens to twenty symbols that are posted once a second. The clients live in a process of their own, on the last
core where the system lets it. Prints a table; exit 1 where a figure is above what is promised.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil  # type: ignore[import-untyped]  # it has no stubs

from benchmarks.overview import PORTFOLIO, ROUTER
from dashboard import embedded
from dashboard.db.engine import db
from dashboard.db.repositories.instruments import ensure
from dashboard.db.schema import upgrade_for
from dashboard.domain.access import SYSTEM, Actor
from dashboard.security.cookies import SESSION, cookie_name
from dashboard.server import create_server
from dashboard.services import accounts, portfolios, sessions
from dashboard.services.demo import EMAIL, load_demo
from dashboard.settings import Settings

ROOT = Path(__file__).parents[1]
SYMBOLS = tuple(f"BENCH{number}" for number in range(20))
STREAM = ("-c", "python:dashboard.live.gunicorn_conf", "dashboard.live.wsgi:server")
WEB = ("-c", "python:dashboard.gunicorn_conf", "wsgi:server")
START_SECONDS = 60.0
BETWEEN_LOADS_SECONDS = 0.05
LEAK_SHARE = 0.05
"""Growth of the stream's memory, from the first minute or quarter on, that is taken for noise."""
MOST_DELIVERY_MS, MOST_CLIENT_KB, MOST_CALLBACK_RATIO = 250.0, 100.0, 2.0


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table; ``at_most`` None where nothing is promised."""

    what: str
    measured: float
    unit: str
    at_most: float | None = None

    @property
    def is_missed(self) -> bool:
        """Whether it is above what is promised."""
        return self.at_most is not None and not self.measured <= self.at_most


def main() -> int:
    """Measure, print, and fail where a promise is missed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--clients", type=int, default=1500)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--batches", type=float, default=1.0, help="posts a second, of 20 symbols together")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="basis-bench-") as home, ExitStack() as stack:
        asked = Settings.build(dashboard_home=Path(home), providers=("simulated",), log_level="WARNING")
        settings = stack.enter_context(embedded.services_for(asked))
        upgrade_for(settings)
        tokens, slug = _workspace(settings, options.clients)
        stream, worker = stack.enter_context(_gunicorn(settings, STREAM, "/healthz"))
        web, _ = stack.enter_context(_gunicorn(settings, WEB, "/healthz"))
        ask = _callback(web, settings, tokens[0], slug)
        rows = _measure(settings, tokens, stream, worker, ask, options.seconds, options.batches)
    for row in rows:
        asked_value = "" if row.at_most is None else f"at most {row.at_most:g} {row.unit}"
        sys.stdout.write(f"{row.what:<58}{row.measured:>12,.1f} {row.unit:<8}{asked_value}\n")
    return int(any(row.is_missed for row in rows))


def _workspace(settings: Settings, clients: int) -> tuple[list[str], str]:
    """The demo, instruments to listen to, and a session for each client; the slug of the portfolio to look at."""
    app = create_server(settings)
    with app.app_context():
        load_demo(lambda _: None)
        ensure(db.session, dict.fromkeys(SYMBOLS, "USD"))
        db.session.commit()
        (user,) = (user for user in accounts.list_users(SYSTEM) if user.email == EMAIL)
        actor = Actor(user.id, user.email, user.role)
        tokens = [sessions.open_session(actor, address="127.0.0.1", agent="benchmark") for _ in range(clients)]
        slug = portfolios.portfolio_by_name(actor, PORTFOLIO).slug
        db.session.remove()
        db.engine.dispose()
    return tokens, slug


@contextmanager
def _gunicorn(settings: Settings, arguments: tuple[str, ...], path: str) -> Iterator[tuple[str, psutil.Process]]:
    """A server as it runs in production: its address, and its first worker."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, **embedded.child_environment(settings)}
    environment |= {"DASHBOARD_HOME": str(settings.dashboard_home), "PROVIDERS": "simulated", "LOG_LEVEL": "WARNING"}
    environment |= {"STREAM_BIND": f"//127.0.0.1:{port}", "HOST": "127.0.0.1", "PORT": str(port)}
    command = [sys.executable, "-m", "gunicorn", "--log-level", "warning", *arguments]
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        deadline = time.monotonic() + START_SECONDS
        while not _answers(port, path):
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"{arguments[-1]} does not answer")
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}", psutil.Process(process.pid).children()[0]
    finally:
        process.terminate()
        process.wait(timeout=60)


def _answers(port: int, path: str) -> bool:
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", path)
        return connection.getresponse().status == http.client.OK
    except OSError:
        return False


def _callback(address: str, settings: Settings, token: str, slug: str) -> Callable[[], None]:
    """Asks for the content of the overview as the page does."""
    connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=60)
    cookies = {cookie_name(SESSION, secure=settings.secure_cookies): token}
    connection.request("GET", f"/p/{slug}", headers={"Cookie": _cookie(cookies)})
    response = connection.getresponse()
    response.read()
    for value in response.headers.get_all("Set-Cookie") or []:
        name, _, rest = value.partition("=")
        cookies[name] = rest.partition(";")[0]
    place = {"id": "_pages_location"}
    body = json.dumps(
        {
            "output": ROUTER,
            "outputs": [
                {"id": "_pages_content", "property": "children"},
                {"id": "_pages_store", "property": "data"},
            ],
            "inputs": [
                {**place, "property": "pathname", "value": f"/p/{slug}"},
                {**place, "property": "search", "value": ""},
            ],
            "changedPropIds": ["_pages_location.pathname"],
        }
    )
    headers = {
        "Cookie": _cookie(cookies),
        "Content-Type": "application/json",
        "X-CSRFToken": next((value for name, value in cookies.items() if name.endswith("csrf")), ""),
    }

    def ask() -> None:
        try:
            connection.request("POST", "/_dash-update-component", body, headers)
            response = connection.getresponse()
        except (http.client.HTTPException, OSError):  # it was closed while the streams were opened
            connection.close()
            connection.request("POST", "/_dash-update-component", body, headers)
            response = connection.getresponse()
        response.read()
        if response.status != http.client.OK:
            raise SystemExit(f"the overview answers {response.status}")

    return ask


def _cookie(cookies: Mapping[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in cookies.items())


def _measure(
    settings: Settings,
    tokens: list[str],
    stream: str,
    worker: psutil.Process,
    ask: Callable[[], None],
    seconds: float,
    batches: float,
) -> list[Row]:
    _listen(settings, tokens[:20], stream, 2.0, batches, lambda: None)  # what a process does once is no client's
    before = worker.memory_info().rss
    for _ in range(20):
        ask()
    idle = _times(ask, time.monotonic() + min(60.0, seconds / 2))
    busy: list[float] = []
    memory: list[tuple[float, int]] = []
    processor: list[float] = []

    def meanwhile() -> None:
        begun, used = time.monotonic(), _processor_seconds(worker)
        while (gone := time.monotonic() - begun) < seconds:
            busy.extend(_times(ask, time.monotonic() + min(1.0, seconds - gone)))
            memory.append((time.monotonic() - begun, worker.memory_info().rss))
        processor.append(_processor_seconds(worker) - used)

    told = _listen(settings, tokens, stream, seconds, batches, meanwhile)
    settled = next(rss for gone, rss in memory if gone >= min(60.0, seconds / 4))
    growth = memory[-1][1] / settled - 1
    opened, peak = told["opened"], max(rss for _, rss in memory)
    idle_p95, busy_p95 = (float(np.percentile(times, 95)) * 1000 for times in (idle, busy))
    return [
        Row("streams open", opened, ""),
        Row("streams opened a second", opened / told["open_seconds"], ""),
        Row("streams that were refused or lost", len(tokens) - opened + told["lost"], "", 0),
        Row("frames that did not come, in 1,000", 1000 * (1 - told["frames"] / told["expected"]), "", 1),
        Row("delivery, from the post to the last byte read: p50", told["p50"], "ms"),
        Row("delivery p95", told["p95"], "ms"),
        Row("delivery p99", told["p99"], "ms", MOST_DELIVERY_MS),
        Row("delivery at the longest", told["p100"], "ms"),
        Row("memory of the stream before", before / 1e6, "MB"),
        Row("memory of the stream at its peak", peak / 1e6, "MB"),
        Row("memory a client", (peak - before) / opened / 1000, "kB", MOST_CLIENT_KB),
        Row("growth of it since the first minute or quarter", 100 * growth, "%", 100 * LEAK_SHARE),
        Row("processor time of the stream", 100 * processor[0] / seconds, "%"),
        Row("processor time of the load", 100 * told["load_cpu_seconds"] / seconds, "%"),
        Row("overview, alone: p95", idle_p95, "ms"),
        Row("overview, with all streams: p95", busy_p95, "ms"),
        Row("ratio of these", busy_p95 / idle_p95, "", MOST_CALLBACK_RATIO),
        Row("load of the machine", os.getloadavg()[0], ""),
    ]


def _listen(
    settings: Settings, tokens: list[str], stream: str, seconds: float, batches: float, meanwhile: Callable[[], None]
) -> dict[str, float]:
    """Have clients listen for so long; ``meanwhile`` is called when all do."""
    assert settings.redis_url is not None
    can_pin = hasattr(os, "sched_getaffinity")
    load = {
        "address": stream,
        "redis_url": settings.redis_url.get_secret_value(),
        "cookie": cookie_name(SESSION, secure=settings.secure_cookies),
        "tokens": tokens,
        "symbols": SYMBOLS,
        "seconds": seconds,
        "batches_a_second": batches,
        "core": max(os.sched_getaffinity(0)) if can_pin else None,
    }
    command = [sys.executable, "-m", "benchmarks.live_listeners"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(json.dumps(load).encode() + b"\n")
        process.stdin.close()
        opened = json.loads(process.stdout.readline())
        meanwhile()
        return {**opened, **json.loads(process.stdout.readline())}


def _processor_seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _times(ask: Callable[[], None], until: float) -> list[float]:
    """How long each of the calls took until then, in seconds."""
    times = []
    while (begun := time.monotonic()) < until:
        ask()
        times.append(time.monotonic() - begun)
        time.sleep(BETWEEN_LOADS_SECONDS)
    return times


if __name__ == "__main__":
    raise SystemExit(main())

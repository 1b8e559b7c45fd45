"""``dashboard stream``: the feed and the fan-out of live prices."""

from __future__ import annotations

import signal
import sys
import threading
from contextlib import ExitStack
from functools import partial
from urllib.parse import urlsplit

import click

from dashboard.cli.context import CommandContext, pass_context
from dashboard.cli.supervisor import Program, Supervisor
from dashboard.embedded import child_environment

GUNICORN = (sys.executable, "-m", "gunicorn", "-c", "python:dashboard.live.gunicorn_conf", "dashboard.live.wsgi:server")
FEED = (sys.executable, "-m", "dashboard.cli", "stream", "--feed-only")


@click.command()
@click.option("--feed-only", is_flag=True, help="Only bring quotes into Redis, serve nobody.")
@pass_context
def stream(context: CommandContext, feed_only: bool) -> None:
    """Run live prices: the feed and the Server-Sent Events."""
    if feed_only:
        run_feed(context)
        return
    settings = context.settings
    address = urlsplit(settings.stream_url or "")
    environment = child_environment(settings)
    environment["STREAM_BIND"] = f"//{settings.host}:{address.port or settings.port + 1}"
    with context.app():
        pass  # refuses a schema that is behind before anything is started
    sys.exit(Supervisor([Program("feed", FEED), Program("fan-out", GUNICORN)], environment, context.say).run())


def run_feed(context: CommandContext) -> None:
    """Ask the providers until SIGTERM or SIGINT."""
    from dashboard.live.feed import Feed
    from dashboard.live.sources import known_sources
    from dashboard.providers.assembly import create_providers, create_streams
    from dashboard.runtime import redis_client

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with context.app():
        chain = create_providers(context.settings, client=redis_client())
        streams = create_streams(context.settings)
        with ExitStack() as stack:
            for quotes in streams.values():
                quotes.start()
                stack.callback(quotes.close)
            Feed(redis_client(), chain.providers, partial(known_sources, chain), streams).run(stop)

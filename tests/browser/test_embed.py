"""A view in the frame of another site, in a browser: shown where it is shared, blocked elsewhere, gone when revoked."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from flask import Flask

from dashboard.domain.access import Actor
from dashboard.results.embeds import EmbedItem, EmbedKind
from dashboard.results.portfolios import PortfolioRef
from dashboard.security import embed_tokens
from dashboard.services import embeds
from tests.browser.driver import Browser
from tests.days import today
from tests.market_pages import make_ledger, make_market

PAGE = """<!doctype html><title>Host</title>
<iframe id="view" src="{address}" width="{width}" height="200" style="border:0"></iframe>
<script>
window.heard = [];
addEventListener("message", (event) => {{
  heard.push([event.origin, event.data]);
  if (event.data.type === "resize") document.getElementById("view").height = event.data.height;
}});
</script>"""
FRAME_IS_BLOCKED = "frame-ancestors"


class Host:
    """Another site, on a loopback port of its own."""

    def __init__(self) -> None:
        self.page = b""
        outer = self

        class Handler(BaseHTTPRequestHandler):
            """Answer with the page, whatever the path."""

            def do_GET(self) -> None:  # the name that http.server calls
                """Send the page."""
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(outer.page if self.path == "/" else b"")

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def frame(self, address: str, width: int = 480) -> None:
        """Show ``address`` in a frame from now on."""
        self.page = PAGE.format(address=address, width=width).encode()

    def close(self) -> None:
        """Stop."""
        self.server.shutdown()
        self.thread.join(timeout=10)
        self.server.server_close()


@pytest.fixture
def hosts() -> Iterator[Callable[[], Host]]:
    """Make sites; they end with the test."""
    made: list[Host] = []

    def make() -> Host:
        made.append(Host())
        return made[-1]

    yield make
    for host in made:
        host.close()


@pytest.fixture
def portfolio(server: Flask, person: Actor) -> PortfolioRef:
    """The person's portfolio over the small market."""
    day = today()
    with server.app_context():
        make_market(day)
        return make_ledger(person, "Mine", day)


@pytest.fixture
def share(server: Flask, person: Actor, portfolio: PortfolioRef) -> Callable[..., tuple[EmbedItem, str]]:
    """Share a view with a host; the view and its path with a token."""

    def make(host: Host, *, amounts_hidden: bool = False, query: str = "") -> tuple[EmbedItem, str]:
        with server.app_context():
            view, secret = embeds.create(
                person, portfolio.id, EmbedKind.KPI, [host.origin], amounts_hidden=amounts_hidden
            )
        token = embed_tokens.sign(secret, view.key, datetime.now(UTC))
        return view, f"{embeds.path_of(view)}{query}#{token}"

    return make


def visit(browser: Browser, host: Host) -> None:
    """Open the host's page and step into its frame."""
    browser.driver.switch_to.default_content()
    browser.driver.get(host.origin)
    browser.driver.switch_to.frame(browser.driver.find_element("id", "view"))


def heard(browser: Browser) -> list[tuple[str, dict[str, object]]]:
    """What the host has been told."""
    browser.driver.switch_to.default_content()
    told = browser.run("return window.heard")
    assert isinstance(told, list)
    return [(origin, message) for origin, message in told]


def test_the_site_it_is_shared_with_shows_the_figures_at_their_height(
    browser: Browser, hosts: Callable[[], Host], share: Callable[..., tuple[EmbedItem, str]]
) -> None:
    host = hosts()
    _, path = share(host)
    host.frame(browser.address + path)
    visit(browser, host)
    browser.wait_for_text("#name", "Mine, EUR")
    assert browser.text("#value").startswith("€")
    assert "%" in browser.text("#change")
    assert "Prices of" in browser.text("#age") and "2 of 3" in browser.text("#age")
    figures = browser.text("#figures")
    assert "TWR" in figures and "Max drawdown" in figures and "NaN" not in figures
    assert browser.run("return location.hash") == "", "the token is in no address that is kept"
    assert browser.run("return document.cookie") == ""
    height = browser.run("return Math.ceil(document.getElementById('view').getBoundingClientRect().height)")
    told = browser.wait_for(lambda: [m for _, m in heard(browser) if m.get("height") == height], "the height")
    assert told
    assert {origin for origin, _ in heard(browser)} == {browser.address}
    assert browser.run("return document.getElementById('view').height") == str(height)


def test_another_site_cannot_show_it(
    browser: Browser, hosts: Callable[[], Host], share: Callable[..., tuple[EmbedItem, str]]
) -> None:
    allowed, other = hosts(), hosts()
    _, path = share(allowed)
    other.frame(browser.address + path)
    visit(browser, other)
    blocked = browser.wait_for(
        lambda: [text for text in browser.complaints() if FRAME_IS_BLOCKED in text], "the browser to refuse the frame"
    )
    assert allowed.origin in blocked[0]
    assert browser.driver.find_elements("id", "value") == []
    assert heard(browser) == []


def test_a_view_that_is_revoked_while_it_is_shown_goes_and_says_so(
    browser: Browser,
    server: Flask,
    person: Actor,
    hosts: Callable[[], Host],
    share: Callable[..., tuple[EmbedItem, str]],
) -> None:
    host = hosts()
    view, path = share(host)
    host.frame(browser.address + path)
    visit(browser, host)
    browser.wait_for_text("#value", "€")
    with server.app_context():
        embeds.revoke(person, view.key)
    browser.wait_for_text("#gone", "This view is no longer shared")
    assert "Mine" not in str(browser.run("return document.documentElement.outerHTML"))
    assert "€" not in str(browser.run("return document.documentElement.outerHTML"))
    assert [message for _, message in heard(browser) if message == {"type": "expired"}]
    assert all("403" in text for text in browser.complaints()), "the refusal alone is told"


def test_a_host_can_hand_in_a_new_token_when_the_old_one_has_ended(
    browser: Browser, server: Flask, hosts: Callable[[], Host], share: Callable[..., tuple[EmbedItem, str]]
) -> None:
    host = hosts()
    view, path = share(host)
    address, _, good = path.partition("#")
    with server.app_context():
        secret = embed_tokens.secret_of(str(server.secret_key), view.key)
    old = embed_tokens.sign(secret, view.key, datetime.now(UTC) - timedelta(hours=1))
    host.frame(f"{browser.address}{address}#{old}")
    visit(browser, host)
    browser.wait_for_text("#gone", "This view is no longer shared")
    assert all("403" in text for text in browser.complaints())
    browser.driver.switch_to.default_content()
    browser.run(
        "document.getElementById('view').contentWindow.postMessage({type: 'token', token: arguments[0]}, '*')", good
    )
    browser.driver.switch_to.frame(browser.driver.find_element("id", "view"))
    browser.wait_for_text("#value", "€")


def test_percent_only_shows_the_return_and_no_amount(
    browser: Browser, hosts: Callable[[], Host], share: Callable[..., tuple[EmbedItem, str]]
) -> None:
    host = hosts()
    _, path = share(host, amounts_hidden=True)
    host.frame(browser.address + path, width=320)
    visit(browser, host)
    browser.wait_for_text("#value", "%")
    assert "€" not in browser.text("#view")
    assert not browser.run("return document.documentElement.scrollWidth > window.innerWidth")

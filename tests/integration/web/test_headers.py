"""Every response carries the security headers."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

import pytest
from dash import Dash
from flask import Flask
from flask.testing import FlaskClient
from plotly.offline import get_plotlyjs_version

from dashboard.server import create_server
from dashboard.settings import Settings
from dashboard.web import headers
from tests.web import HTML

PATHS = ["/sign-in", "/healthz", "/_dash-layout", "/p/x", "/assets/favicon.ico", "/assets/none.css", "/metrics"]


@pytest.mark.parametrize("path", PATHS)
def test_every_response_carries_them(client: FlaskClient, path: str) -> None:
    response = client.get(path, headers=HTML)
    response.close()
    policy = response.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy and "object-src 'none'" in policy and "base-uri 'none'" in policy
    assert "unsafe-eval" not in policy and "script-src 'self' 'sha256-" in policy
    assert "'unsafe-inline'" not in policy.split("script-src")[1].split(";")[0]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert "Strict-Transport-Security" not in response.headers, "an http address must not pin https"
    assert response.headers["X-Request-ID"]


def test_the_policy_allows_every_inline_script_of_a_page(dash_app: Dash, signed: FlaskClient) -> None:
    response = signed.get("/", headers=HTML)
    policy = response.headers["Content-Security-Policy"]
    inline = re.findall(
        r"<script(?: id=\"_dash-renderer\"[^>]*)?>(.+?)</script>", response.get_data(as_text=True), re.S
    )
    assert len(inline) >= 3
    for script in inline:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy, script[:80]


def test_pages_are_not_kept_and_fingerprinted_files_are(client: FlaskClient, signed: FlaskClient) -> None:
    assert signed.get("/", headers=HTML).headers["Cache-Control"] == "no-store"
    assert signed.get("/_dash-layout").headers["Cache-Control"] == "no-store"
    with client.get("/assets/02-tokens.css?v=1") as named, client.get("/assets/02-tokens.css") as plain:
        assert "immutable" in named.headers["Cache-Control"]
        assert "immutable" not in plain.headers.get("Cache-Control", "")


def test_an_https_address_pins_https_and_binds_cookies_to_the_host(settings: Settings, tmp_path: Path) -> None:
    secure = settings.model_copy(
        update={"dashboard_base_url": "https://basis.example", "stream_url": "https://s.example/x"}
    )
    server: Flask = create_server(secure)
    headers.install(server, secure)
    response = server.test_client().get("/nothing")
    assert response.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert "connect-src 'self' https://s.example;" in response.headers["Content-Security-Policy"]


@pytest.mark.parametrize("encoding", ["zstd", "br", "gzip"])
def test_files_are_sent_compressed_and_only_when_they_changed(client: FlaskClient, encoding: str) -> None:
    path, accept = "/assets/00-bootstrap.min.css", {"Accept-Encoding": encoding}
    first = client.get(path, headers=accept)
    assert first.headers["Content-Encoding"] == encoding
    assert len(first.data) < 40_000 and first.headers["Vary"] == "Accept-Encoding"
    again = client.get(path, headers=accept | {"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304 and again.data == b""


def test_only_files_for_browsers_are_served(client: FlaskClient) -> None:
    for path in ("/assets/vendor/icons.py", "/assets/../dashboard/settings.py", "/assets/%2e%2e/wsgi.py"):
        assert client.get(path).status_code in {401, 404}, path


def test_plotly_is_served_from_here_and_kept(client: FlaskClient, signed: FlaskClient) -> None:
    response = client.get("/_dash-component-suites/plotly/package_data/plotly.min.js")
    assert response.status_code == 200 and b"plotly.js v" in response.data[:200]
    assert "max-age" in response.headers["Cache-Control"]
    page = signed.get("/", headers=HTML).get_data(as_text=True)
    assert "https://" not in re.sub(r'"dash_version_url":\s*"[^"]*"', "", page), "nothing is loaded from elsewhere"


def test_the_bundle_of_plotly_is_of_the_version_that_the_package_carries(client: FlaskClient) -> None:
    served = client.get("/_dash-component-suites/plotly/package_data/plotly.min.js").get_data(as_text=True)
    found = re.search(r"plotly\.js v(\S+)", served[:400])
    assert found and found[1] == get_plotlyjs_version()
    assert len(served) < 2_000_000, "just the traces in use"

"""Files that everybody gets: compressed once a process, sent from memory, kept by browsers.

Dash reads and checks each file; what it answers is kept by content, so that a changed file is never served stale.
"""

from __future__ import annotations

import hashlib
import threading
import zlib
from collections.abc import Callable
from pathlib import Path

import brotli  # type: ignore[import-untyped]
from flask import Flask, Response, request

from dashboard.web.document import ASSETS, PLOTLY

try:
    from compression import zstd  # type: ignore[import-not-found, unused-ignore]  # Python 3.14
except ImportError:
    from backports import zstd  # type: ignore[no-redef, unused-ignore]

PLOTLY_PATH = "/_dash-component-suites/plotly/package_data/plotly.min.js"
PLOTLY_BUNDLE = ASSETS / PLOTLY
PREFIXES = ("/assets/", "/_dash-component-suites/")
COMPRESSIBLE = frozenset({"text/css", "text/javascript", "application/javascript", "image/svg+xml"})
SHOWN = frozenset({".css", ".js", ".woff2", ".ico", ".svg", ".png", ".txt"})
SMALLEST = 500
DAY_SECONDS = 86_400
MOST_KEPT = 400

_encoders: dict[str, Callable[[bytes], bytes]] = {
    "zstd": lambda data: bytes(zstd.compress(data, 9)),
    "br": lambda data: bytes(brotli.compress(data, quality=5)),
    "gzip": lambda data: _gzip(data),
}


class _Kept:
    """Compressed contents by digest and encoding."""

    def __init__(self) -> None:
        self._contents: dict[tuple[str, str], bytes] = {}
        self._lock = threading.Lock()

    def get(self, digest: str, encoding: str, data: bytes) -> bytes:
        found = self._contents.get((digest, encoding))
        if found is None:
            found = _encoders[encoding](data)
            with self._lock:
                if len(self._contents) < MOST_KEPT:
                    self._contents[(digest, encoding)] = found
        return found


def install(server: Flask) -> None:
    """Serve files well; call it after :func:`flask_compress.Compress` has been put on ``server``."""
    kept = _Kept()
    server.before_request(_special)

    def compress(response: Response) -> Response:
        if not request.path.startswith(PREFIXES) or response.status_code != 200 or request.method != "GET":
            return response
        return _compressed(response, kept)

    server.after_request(compress)


def _special() -> Response | None:
    """The bundle of plotly.js with just the traces in use, at the address that the renderer asks; no sources."""
    if request.path.startswith("/assets/") and Path(request.path).suffix not in SHOWN:
        return Response("There is no such file.\n", 404, mimetype="text/plain")
    if request.path == PLOTLY_PATH and PLOTLY_BUNDLE.is_file():
        return Response(PLOTLY_BUNDLE.read_bytes(), mimetype="text/javascript")
    return None


def _compressed(response: Response, kept: _Kept) -> Response:
    response.direct_passthrough = False
    data = response.get_data()
    response.close()
    digest = hashlib.blake2b(data, digest_size=12).hexdigest()
    response.set_data(data)
    encoding = request.accept_encodings.best_match(list(_encoders)) if len(data) >= SMALLEST else None
    if encoding and response.mimetype in COMPRESSIBLE:
        response.set_data(kept.get(digest, encoding, data))
        response.headers["Content-Encoding"] = encoding
        digest = f"{digest}-{encoding}"
    response.headers["Vary"] = "Accept-Encoding"
    response.set_etag(digest)
    if request.path == PLOTLY_PATH:
        response.headers["Cache-Control"] = f"public, max-age={DAY_SECONDS}, stale-while-revalidate={DAY_SECONDS * 30}"
    response.make_conditional(request)
    return response


def _gzip(data: bytes) -> bytes:
    compressor = zlib.compressobj(6, zlib.DEFLATED, 31)
    return compressor.compress(data) + compressor.flush()

"""The HTTP session under yfinance: one address, short timeouts, and refusals told apart from answers.

It is the kind of session that yfinance makes for itself (curl_cffi in the guise of Chrome, which the real service
insists on). With a base address every request goes there: cookies, crumbs, data, and redirects too.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urljoin, urlsplit

from curl_cffi.requests import Response, Session

from dashboard.providers.retry import retry_after

REDIRECTS = frozenset({301, 302, 303, 307, 308})
MOST_REDIRECTS = 5
LEAST_TIMEOUT_SECONDS = 0.05
# The addresses of data. yfinance mends cookies and crumbs by itself and needs to see how those were answered.
DATA_PATHS = ("/v7/finance/", "/v8/finance/", "/v10/finance/", "/v1/finance/")
COOKIE_PAGE = "https://fc.yahoo.com"
# yfinance answers these by fetching a new cookie and crumb.
NEEDS_NEW_CRUMB = frozenset({401, 403})


class Refused(Exception):
    """A request for data was answered with an error status."""

    def __init__(self, status: int, body: bytes, retry_after_seconds: float | None) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status
        self.body = body
        self.retry_after_seconds = retry_after_seconds


class YahooSession(Session[Response]):
    """A session that sends everything to ``base_url`` (None: where yfinance wants to), ``timeout_seconds`` each."""

    def __init__(self, base_url: str | None, timeout_seconds: float) -> None:
        super().__init__(impersonate="chrome")
        self._base = base_url
        self._timeout_seconds = timeout_seconds
        self._bound = threading.local()
        self._cookieless: Response | None = None

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """No request of this thread lasts longer than what is left of ``seconds``."""
        self._bound.ends_at = time.monotonic() + seconds
        try:
            yield
        finally:
            del self._bound.ends_at

    def request(self, method: Any, url: str, *args: Any, **kwargs: Any) -> Response:  # Any: curl_cffi's 30 arguments
        """Send one request. Raises: Refused; curl_cffi's RequestException."""
        if url == COOKIE_PAGE and self._cookieless is not None:
            return self._cookieless
        kwargs["timeout"] = self._timeout()
        if self._base is None:
            response = super().request(method, url, *args, **kwargs)
        else:
            response = self._redirected(method, url, args, kwargs)
        if url == COOKIE_PAGE and response.status_code < 500 and not response.cookies:
            self._cookieless = response  # an address that hands out no cookie is asked for one once
        path = urlsplit(url).path
        if response.status_code >= 400 and response.status_code not in NEEDS_NEW_CRUMB and path.startswith(DATA_PATHS):
            raise Refused(response.status_code, response.content, retry_after(response.headers.get("Retry-After")))
        return response

    def _timeout(self) -> float:
        left: float = getattr(self._bound, "ends_at", float("inf")) - time.monotonic()
        return max(min(self._timeout_seconds, left), LEAST_TIMEOUT_SECONDS)

    def _redirected(self, method: Any, url: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Response:
        """Follow redirects here, because curl would follow them away from the base address."""
        kwargs["allow_redirects"] = False
        response = super().request(method, self._readdress(url), *args, **kwargs)
        for _ in range(MOST_REDIRECTS):
            location = response.headers.get("Location")
            if response.status_code not in REDIRECTS or not location:
                break
            url = urljoin(url, location)
            response = super().request("GET", self._readdress(url), timeout=self._timeout(), allow_redirects=False)
        return response

    def _readdress(self, url: str) -> str:
        if self._base is None or url.startswith(f"{self._base}/"):
            return url
        parts = urlsplit(url)
        return f"{self._base}{parts.path or '/'}" + (f"?{parts.query}" if parts.query else "")

"""A source that is asked by plain HTTP: one address, short timeouts, bounded answers, and typed failures.

No message of a failure repeats an address: a query may hold a key.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urljoin, urlsplit

import requests
import urllib3

from dashboard.errors import ProviderRefused, ProviderUnavailable, RateLimited, UnreadableAnswer
from dashboard.providers.budget import Budget
from dashboard.providers.retry import Retry, retry_after

Answer = TypeVar("Answer")

LARGEST_BODY_BYTES = 64_000_000
CHUNK_BYTES = 65_536
LEAST_TIMEOUT_SECONDS = 0.05
DEFAULT_RETRY_AFTER_SECONDS = 60.0
AGENT = "basis-dashboard"
NOT_MODIFIED = 304
REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Page:
    """One answer: 200 with its body, or 304 without one. Names of headers are in lower case."""

    status: int
    body: bytes
    headers: Mapping[str, str]


class HttpSource:
    """Asks ``base_url`` for pages, some times, within the provider's budget. ``title`` is its name in messages.

    Up to ``redirects`` are followed, by http and https alone; headers of the caller's do not go to another host.
    """

    def __init__(
        self,
        name: str,
        title: str,
        base_url: str,
        *,
        timeout_seconds: float = 15.0,
        retry: Retry | None = None,
        budget: Budget | None = None,
        clock: Callable[[], float] = time.monotonic,
        session: requests.Session | None = None,
        redirects: int = 0,
        largest_bytes: int = LARGEST_BODY_BYTES,
    ) -> None:
        self.name, self.title = name, title
        self._base_url = base_url.rstrip("/")
        self._timeout_seconds = timeout_seconds
        self._retry = retry or Retry()
        self._budget = budget or Budget(name)
        self._clock = clock
        self._session = session or requests.Session()
        self._redirects, self._largest_bytes = redirects, largest_bytes
        self._session.headers["User-Agent"] = AGENT

    def ask(
        self,
        path: str,
        params: Mapping[str, str],
        read: Callable[[Page], Answer],
        *,
        symbol: str | None = None,
        headers: Mapping[str, str] | None = None,
        waits: bool = True,
        reserve: int = 0,
    ) -> Answer:
        """What ``read`` makes of the page, which may raise a ProviderError, or ValueError for what it cannot read.

        Raises: ProviderUnavailable, RateLimited, ProviderRefused, and what ``read`` raises.
        """

        def attempt(seconds_left: float) -> Answer:
            self._budget.spend(symbol=symbol, waits=waits, reserve=reserve)
            page = self._fetch(path, params, headers or {}, symbol, min(self._timeout_seconds, seconds_left))
            try:
                return read(page)
            except (ValueError, RecursionError) as error:
                raise self.unreadable(error, symbol) from error

        return self._retry.call(attempt)

    def unreadable(self, error: Exception, symbol: str | None) -> UnreadableAnswer:
        """The failure of an answer that is not what was asked for."""
        detail = str(error)[:200] or type(error).__name__
        reason = f"The answer of {self.title} cannot be read: {detail}."
        return UnreadableAnswer(reason, provider=self.name, symbol=symbol)

    def _fetch(
        self, path: str, params: Mapping[str, str], headers: Mapping[str, str], symbol: str | None, seconds: float
    ) -> Page:
        seconds = max(seconds, LEAST_TIMEOUT_SECONDS)
        ends_at = self._clock() + seconds
        try:
            url, sent = self._base_url + path, dict(headers)
            for _ in range(self._redirects + 1):
                left = max(ends_at - self._clock(), LEAST_TIMEOUT_SECONDS)
                with self._session.get(
                    url, params=dict(params), headers=sent, timeout=left, stream=True, allow_redirects=False
                ) as response:
                    following = self._next(response, symbol) if self._redirects else None
                    if following is None:
                        self._check(response, symbol)
                        body = self._body(response, ends_at, symbol)
                        break
                    sent = sent if urlsplit(following).netloc == urlsplit(url).netloc else {}
                    url, params = following, {}
            else:
                raise ProviderUnavailable(f"{self.title} redirects without an end.", provider=self.name, symbol=symbol)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            reason = f"{self.title} did not answer ({type(error).__name__})."
            # Not "from error": what requests says of itself holds the whole address.
            raise ProviderUnavailable(reason, provider=self.name, symbol=symbol) from None
        names = {name.lower(): value for name, value in response.headers.items()}
        return Page(response.status_code, body, names)

    def _next(self, response: requests.Response, symbol: str | None) -> str | None:
        """Where an answer sends on to; None where it does not. Raises: ProviderRefused."""
        location = response.headers.get("Location")
        if response.status_code not in REDIRECTS or not location:
            return None
        following = urljoin(response.url, location)
        if urlsplit(following).scheme not in {"http", "https"} or not urlsplit(following).hostname:
            message = f"{self.title} redirects to something that is no http address."
            raise ProviderRefused(message, provider=self.name, symbol=symbol)
        return following

    def _check(self, response: requests.Response, symbol: str | None) -> None:
        status = response.status_code
        if status in {200, NOT_MODIFIED}:
            return
        if status == 429:
            wait = retry_after(response.headers.get("Retry-After"))
            seconds = DEFAULT_RETRY_AFTER_SECONDS if wait is None else wait
            message = f"{self.title} takes no more requests for now; try again in {seconds:.0f} seconds."
            raise RateLimited(message, provider=self.name, symbol=symbol, retry_after_seconds=seconds)
        if status in {401, 403}:
            message = f"{self.title} refused the request (HTTP {status})."
            raise ProviderRefused(message, provider=self.name, symbol=symbol)
        raise ProviderUnavailable(f"{self.title} answered with HTTP {status}.", provider=self.name, symbol=symbol)

    def _body(self, response: requests.Response, ends_at: float, symbol: str | None) -> bytes:
        """The whole body, however slowly it comes, within the time and the size that are allowed."""
        parts, size = [], 0
        # What has come, not what would fill the chunk: a byte now and then must not outwit the time.
        while part := response.raw.read1(CHUNK_BYTES, decode_content=True):
            parts.append(part)
            size += len(part)
            if size > self._largest_bytes or self._clock() > ends_at:
                fault = "too large an answer" if size > self._largest_bytes else "its answer too slowly"
                raise ProviderUnavailable(f"{self.title} sent {fault}.", provider=self.name, symbol=symbol)
        return b"".join(parts)

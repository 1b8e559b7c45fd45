"""Prices from an address of the instrument's own: JSON or CSV of any shape, by paths to its fields.

Each host has its own budget, pauses and circuit: one that fails does not stop the others.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import requests

from dashboard.domain.instruments import AssetClass
from dashboard.errors import InstrumentNotFound, NoPrices, ProviderRefused
from dashboard.providers.address_wire import Quotations, parse
from dashboard.providers.base import (
    ADDRESS,
    EVERYTHING,
    AddressSource,
    History,
    HistoryRequest,
    InstrumentMeta,
    Quote,
    SearchHit,
)
from dashboard.providers.budget import Budget, Limit, LocalTokens, Tokens
from dashboard.providers.circuits import Circuits, LocalCircuits
from dashboard.providers.guard import GuardedProvider, LocalPauses, Pauses
from dashboard.providers.http_source import NOT_MODIFIED, HttpSource, Page
from dashboard.providers.json_answers import MalformedAnswer
from dashboard.providers.kept_files import KeptFiles
from dashboard.providers.normalise import RawHistory, as_traded, major_unit
from dashboard.providers.public_addresses import PublicAdapter
from dashboard.providers.retry import Retry

LARGEST_BODY_BYTES = 16_000_000
MOST_REDIRECTS = 3
# As is polite to a host that nobody has asked.
LIMITS = ((30, 60),)
Header = tuple[str, str]


def utc_now() -> datetime:
    """The time now, aware."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Means:
    """How addresses are asked. ``headers`` are those of the setting, by name."""

    cache_directory: Path
    headers: Mapping[str, Header]
    allow_private: bool = False
    timeout_seconds: float = 15.0
    retry: Retry | None = None
    limits: Sequence[tuple[int, int]] = LIMITS


class _ClosesAlone:
    """What a source that has closes alone, by addresses that are given, answers to the rest."""

    def quotes(self, symbols: Sequence[str]) -> dict[str, Quote]:
        """None: addresses have closes."""
        return {}

    def search(self, text: str) -> tuple[SearchHit, ...]:
        """None: addresses are given."""
        return ()

    def fx_symbol(self, base: str, quote: str) -> str:
        """The pair, which no address is asked for."""
        return f"{base}{quote}"


class AddressProvider(_ClosesAlone):
    """Instruments by their own addresses; it knows nothing of any other."""

    name = ADDRESS
    asset_classes = EVERYTHING

    def __init__(
        self,
        means: Means,
        *,
        tokens: Tokens | None = None,
        pauses: Pauses | None = None,
        circuits: Circuits | None = None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._means = means
        self._tokens, self._pauses = tokens or LocalTokens(), pauses or LocalPauses()
        self._circuits, self._now = circuits or LocalCircuits(), now
        self._hosts: dict[str, GuardedProvider] = {}

    def history(self, request: HistoryRequest) -> History:
        """The prices at the instrument's address. Raises: as the protocol says."""
        if request.source is None:
            message = f"There is no address to have prices of {request.symbol or request.provider_symbol} from."
            raise InstrumentNotFound(message, provider=ADDRESS, symbol=request.symbol)
        host = urlsplit(request.source.url).netloc
        if host not in self._hosts:
            budget = Budget(f"{ADDRESS}:{host}", [Limit(*limit) for limit in self._means.limits], self._tokens)
            made = _Host(host, self._means, budget, self._now)
            self._hosts[host] = GuardedProvider(made, self._pauses, self._circuits)
        return self._hosts[host].history(request)


class _Host(_ClosesAlone):
    """What is asked of one host."""

    asset_classes = EVERYTHING

    def __init__(self, host: str, means: Means, budget: Budget, now: Callable[[], datetime]) -> None:
        self.name = f"{ADDRESS}:{host}"
        session = requests.Session()
        session.trust_env = False
        if not means.allow_private:
            for scheme in ("http://", "https://"):
                session.mount(scheme, PublicAdapter())
        self._source = HttpSource(
            ADDRESS,
            host,
            "",
            timeout_seconds=means.timeout_seconds,
            retry=means.retry,
            budget=budget,
            session=session,
            redirects=MOST_REDIRECTS,
            largest_bytes=LARGEST_BODY_BYTES,
        )
        self._kept = KeptFiles(means.cache_directory)
        self._headers, self._now = means.headers, now

    def history(self, request: HistoryRequest) -> History:
        """The prices at the address of the request. Raises: as the protocol says."""
        source = request.source
        assert source is not None  # noqa: S101  # the provider asks a host for an address alone
        found, today = self._asked(source, request.symbol), self._now().date()
        if not len(found.days):
            raise NoPrices("The address answered without a price.", provider=ADDRESS, symbol=request.symbol)
        nothing = np.full(len(found.days), np.nan)
        raw = RawHistory(found.days, nothing, nothing, nothing, found.closes, nothing, split_adjusted=False)
        clean = as_traded(raw, found.unit, today=today)
        start, end = request.start or date.min, request.end or date.max
        inside = (clean.bars.dates >= np.datetime64(start, "D")) & (clean.bars.dates <= np.datetime64(end, "D"))
        currency = major_unit(found.unit)[0]
        return History(
            provider=ADDRESS,
            provider_symbol=request.provider_symbol,
            currency=currency,
            price_unit=found.unit,
            bars=clean.bars[inside],
            splits=(),
            dividends=(),
            meta=InstrumentMeta("", currency, request.asset_class or AssetClass.OTHER),
            rejected=tuple(bar for bar in clean.rejected if start <= bar.date),
        )

    def _asked(self, source: AddressSource, symbol: str) -> Quotations:
        """What the address answers; where nothing has changed there, what it said before."""
        name = hashlib.sha256(f"{source.url}\n{source.headers}".encode()).hexdigest()
        kept = self._kept.read(name)

        def read(page: Page) -> Quotations:
            if page.status == NOT_MODIFIED:
                if kept is None:
                    raise MalformedAnswer("nothing was sent")
                return parse(source, kept.body)
            fresh = parse(source, page.body)
            self._kept.keep(name, page.body, page.headers)
            return fresh

        headers = {**self._secret(source, symbol), **(kept.conditions if kept else {})}
        return self._source.ask(source.url, {}, read, symbol=symbol, headers=headers)

    def _secret(self, source: AddressSource, symbol: str) -> dict[str, str]:
        """The headers that the source names. Raises: ProviderRefused where the setting has none of the name."""
        if not source.headers:
            return {}
        if source.headers not in self._headers:
            message = f"The setting URL_HEADERS has no entry {source.headers[:40]}."
            raise ProviderRefused(message, provider=ADDRESS, symbol=symbol)
        name, value = self._headers[source.headers]
        return {name: value}

"""Models of what is kept of instruments, and of the bodies that change it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import Field, RootModel

from dashboard.api.parameters import Body, Day, Parameters, Word, Words
from dashboard.api.schemas import Amount, Described, Money

Text = Annotated[str, Field(max_length=200)]


class ListParameters(Parameters):
    """Which instruments."""

    q: Words = Field("", description="Those whose symbol, name or ISIN contains this.")
    troubled: bool = Field(False, description="1: only those that need attention.")
    limit: int = Field(200, ge=1, le=500, description="No more than this.")


class SearchParameters(Parameters):
    """What to look for."""

    q: Words = Field(min_length=2, description="A symbol, a name or an ISIN.")


class Edit(Body):
    """What to set; a member that is left out stays as it is. What is set here no provider overwrites."""

    name: Text | None = None
    asset_class: Text | None = None
    currency: Text | None = None
    exchange: Text | None = None
    mic: Text | None = None
    time_zone: Text | None = None
    isin: Text | None = None
    sector: Text | None = None
    industry: Text | None = None
    country: Text | None = None
    multiplier: Text | None = None
    price_unit: Text | None = None
    provider: Text | None = None
    provider_symbol: Text | None = None
    stale_after_days: int | None = None
    symbols: dict[Word, Text] | None = Field(None, description="What other providers call it; all of them.")


class Add(Edit):
    """A new instrument: one that a search found (`found_by` is what was searched for), or one of your own."""

    symbol: Word
    found_by: Words | None = None


class Rename(Body):
    """Another symbol."""

    symbol: Word


class Merge(Body):
    """The instrument that is kept."""

    into: Word
    dry_run: bool = Field(False, description="Only say what would happen.")


class Remap(Body):
    """What a provider calls it; `discard` drops the prices that came under the symbol before."""

    symbol: Word
    provider: Word | None = None
    discard: bool = False


class Delist(Body):
    """Since when it trades no more; null: it trades after all."""

    date: Day | None


class SetSource(Body):
    """An address to fetch prices from; paths are such as `data.prices[*].close`, or columns of a CSV."""

    url: Annotated[str, Field(max_length=2000)]
    format: Word
    date_path: Text
    close_path: Text
    currency_path: Text = ""
    date_format: Text = ""
    headers: Text = Field("", description="An entry of the setting URL_HEADERS.")


class SetPrice(Body):
    """A price by hand, as a decimal string."""

    price: Amount


class Fault(Described):
    """What is wrong."""

    code: str
    message: str


class Source(Described):
    """An address that has its prices, and where in the answer they are."""

    url: str
    format: str
    date_path: str
    close_path: str
    currency_path: str
    date_format: str
    headers: str


class Listed(Described):
    """An instrument."""

    symbol: str
    name: str
    asset_class: str
    currency: str
    exchange: str
    isin: str | None
    sector: str
    industry: str
    country: str
    provider: str
    provider_symbol: str
    state: str
    problem: Fault | None
    refreshed_at: datetime | None
    first_date: date | None
    last_date: date | None
    last_close: Money
    price_status: str


class Hit(Described):
    """An instrument that a provider knows."""

    symbol: str
    name: str
    asset_class: str
    currency: str
    exchange: str
    source: str
    stored: bool = Field(description="Whether it is an instrument here already.")
    instrument: str | None = Field(description="The symbol of the instrument that it is.")
    same_isin: str | None = Field(description="Another instrument that has the ISIN which was searched for.")


class SearchFailure(Fault):
    """Why a provider could not be searched."""

    provider: str


class Search(Described):
    """What the providers know; ask again while it is not `answered`."""

    text: str
    answered: bool
    hits: list[Hit]
    failures: list[SearchFailure]


class Instruments(Described):
    """Instruments by symbol, and how many fit in all."""

    total: int
    instruments: list[Listed]


class Instrument(Listed):
    """An instrument with all that is kept of it."""

    mic: str
    time_zone: str
    multiplier: Amount
    price_unit: str
    stale_after_days: int | None
    delisted_on: date | None
    edited: list[str] = Field(description="What a person has set; no provider overwrites it.")
    symbols: dict[str, str] = Field(description="What providers other than its own call it.")
    former_symbols: list[str]
    same_isin: list[str] = Field(description="Others with its ISIN and currency: doubles to be merged.")
    source: Source | None
    may_edit: bool


class Differing(Described):
    """A day on which both have a price, and not the same."""

    date: date
    dropped: Amount
    kept: Amount


class MergePlan(Described):
    """What a merge would do; where `merged`, what it has done."""

    double: str
    into: str
    currency: str
    transactions: int
    portfolios: list[str]
    prices: int
    added: int
    splits: int
    dividends: int
    findings: int
    differing: list[Differing]
    merged: bool


class ManualPrice(Described):
    """A price that a person has entered."""

    date: date
    price: Amount


class ManualPrices(RootModel[list[ManualPrice]]):
    """Prices by hand, the newest first."""


class Done(Described):
    """It is done."""

    symbol: str

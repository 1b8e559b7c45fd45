"""Parameters of queries as models: read, checked and described in one place."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Annotated, Literal, TypeVar, get_origin

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails
from werkzeug.datastructures import MultiDict

from dashboard.domain.transactions import TransactionType
from dashboard.errors import InvalidInput

ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
RFC_3339 = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,6})?([Zz]|[+-]\d{2}:\d{2})")
MOST_ROWS = 500
MOST_BARS = 5_000


def _day(value: object) -> object:
    """Pydantic would take seconds since 1970 as a day, too."""
    if isinstance(value, str) and not ISO_DAY.fullmatch(value):
        raise ValueError("it must be a day such as 2024-01-31")
    return value


def _day_or_moment(value: object) -> object:
    """A day as it is, a time in UTC."""
    if not isinstance(value, str) or ISO_DAY.fullmatch(value):
        return value
    try:
        if RFC_3339.fullmatch(value):
            return datetime.fromisoformat(value.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise ValueError("it must be a day such as 2024-01-31, or a time such as 2024-01-31T14:30:00Z")


def printable(value: str) -> str:
    """``value`` where all of it can be shown. Raises: ValueError."""
    if not value.isprintable():
        raise ValueError("it has a character that cannot be shown")
    return value


Day = Annotated[date, BeforeValidator(_day)]
DayOrMoment = Annotated[date | datetime, BeforeValidator(_day_or_moment)]
Word = Annotated[str, Field(min_length=1, max_length=64), AfterValidator(printable)]
Words = Annotated[str, Field(max_length=200), AfterValidator(printable)]
Several = Annotated[tuple[Word, ...], Field(max_length=20)]
"""A parameter that may be given several times."""


class Parameters(BaseModel):
    """No parameters; one that is not known is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class PerformanceParameters(Parameters):
    """Which period, in which currency, against what."""

    start: Day | None = Field(None, alias="from", description="First day; default: of the ledger.")
    end: Day | None = Field(None, alias="to", description="Last day; default: today.")
    currency: Word | None = Field(None, description="Report in this currency instead of the portfolio's.")
    benchmark: Word | None = Field(None, description="Compare with this instrument instead of the portfolio's own.")
    series: bool = Field(False, description="1: the daily points too.")


class HoldingsParameters(Parameters):
    """Which day."""

    as_of: Day | None = Field(None, description="The day at whose close to count; default: today.")


class TransactionsParameters(Parameters):
    """Which rows, and which page of them."""

    start: Day | None = Field(None, alias="from", description="Rows of this day and later.")
    end: Day | None = Field(None, alias="to", description="Rows of this day and earlier.")
    symbol: Word | None = Field(None, description="Rows of this instrument.")
    type: TransactionType | None = Field(None, description="Rows of this type.")
    account: Word | None = Field(None, description="Rows of this account.")
    search: Words = Field("", description="Rows with these words.")
    limit: int = Field(100, ge=1, le=MOST_ROWS, description="No more rows than this.")
    cursor: Word | None = Field(None, description="`next_cursor` of the page before.")


class PricesParameters(Parameters):
    """Which days, in which units."""

    start: Day | None = Field(None, alias="from", description="First day; default: the first there is.")
    end: Day | None = Field(None, alias="to", description="Last day; default: the last there is.")
    adjusted: bool = Field(True, description="0: as traded; 1: in units of today, after every split.")


class BarsParameters(Parameters):
    """Bars of which length, in which range and units, and which page of them."""

    interval: Literal["1m", "5m", "15m", "30m", "1h", "1d"] = Field("1d", description="How much time a bar covers.")
    start: DayOrMoment | None = Field(
        None, alias="from", description="Bars that begin then or later: a day at the exchange, or a time; 1d: a day."
    )
    end: DayOrMoment | None = Field(
        None, alias="to", description="The last day, at the exchange; or a time before which bars begin; 1d: a day."
    )
    adjusted: bool = Field(True, description="0: as traded; 1: in units of today, after every split.")
    limit: int = Field(500, ge=1, le=MOST_BARS, description="No more bars than this.")
    cursor: Word | None = Field(None, description="`next_cursor` of the page before.")


class Body(Parameters):
    """The JSON of a write; a member that is not known is refused."""


P = TypeVar("P", bound=Parameters)
B = TypeVar("B", bound=Body)


def parse(model: type[P], given: MultiDict[str, str]) -> P:
    """The parameters of a query. Raises: InvalidInput for the first that is wrong, unknown or given too often."""
    several = {
        field.alias or name for name, field in model.model_fields.items() if get_origin(field.annotation) is tuple
    }
    for name, values in given.lists():
        if len(values) > 1 and name not in several:
            raise InvalidInput(f"{_shown(name)} is given {len(values)} times.", field=_shown(name))
    try:
        return model.model_validate({name: given.getlist(name) if name in several else given[name] for name in given})
    except ValidationError as error:
        raise _refused(error.errors(include_url=False)[0]) from error


def parse_body(model: type[B], given: object) -> B:
    """The body of a write. Raises: InvalidInput for what is no JSON object, and for the first member that is wrong."""
    if not isinstance(given, dict):
        raise InvalidInput("The body must be a JSON object.")
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise _refused(error.errors(include_url=False)[0]) from error


def _refused(detail: ErrorDetails) -> InvalidInput:
    name = _shown(str(detail["loc"][0])) if detail["loc"] else ""
    if detail["type"] == "extra_forbidden":
        return InvalidInput(f"There is no parameter {name}.", field=name)
    reason = detail["msg"].removeprefix("Value error, ")
    if not name:
        return InvalidInput(f"{reason[:1].upper()}{reason[1:]}.")
    return InvalidInput(f"{name}: {reason[:1].lower()}{reason[1:]}.", field=name)


def _shown(name: str) -> str:
    return "".join(filter(str.isprintable, name))[:40]

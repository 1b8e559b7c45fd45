"""Days and times as text: ``20 Nov 2026``, ``16:42 CET``, ``12 min ago``."""

from __future__ import annotations

import datetime as dt
import re
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date

from dashboard.formatting.numbers import DEFAULT_LOCALE, MISSING

# The British form has "Sept" as its only month of four letters; a column of dates keeps its width without it.
SEPTEMBER = ("Sept", "Sep")
MINUTE, HOUR, DAY = 60, 3600, 86400
ISO_DAY = re.compile(r"\b[0-9]{4}-[01][0-9]-[0-3][0-9]\b")


def day(value: dt.date | None, *, locale: str = DEFAULT_LOCALE) -> str:
    """``20 Nov 2026``."""
    if value is None:
        return MISSING
    text = format_date(value, "dd MMM y", locale=Locale.parse(locale, sep="-"))
    return text.replace(*SEPTEMBER) if locale.startswith("en") else text


def unbroken(value: dt.date) -> str:
    """The same with spaces that no line breaks at."""
    return day(value).replace(" ", "\N{NO-BREAK SPACE}")


def said(text: str) -> str:
    """A sentence with its ISO days as :func:`unbroken` ones; what only looks like a day stays as it is."""
    return ISO_DAY.sub(_said, text)


def _said(found: re.Match[str]) -> str:
    try:
        return unbroken(dt.date.fromisoformat(found[0]))
    except ValueError:
        return found[0]


def clock(value: dt.datetime | None, zone: str = "UTC") -> str:
    """``16:42 CET``: the time of day in ``zone``."""
    return MISSING if value is None else value.astimezone(ZoneInfo(zone)).strftime("%H:%M %Z")


def moment(value: dt.datetime | None, zone: str = "UTC", *, locale: str = DEFAULT_LOCALE) -> str:
    """``20 Nov 2026, 16:42 CET``."""
    if value is None:
        return MISSING
    return f"{day(value.astimezone(ZoneInfo(zone)).date(), locale=locale)}, {clock(value, zone)}"


def age(value: dt.datetime | None, now: dt.datetime) -> str:
    """``12 min ago``, ``3 h ago``; in days from the second day on; ``in 2 d 15 h`` for what lies ahead."""
    if value is None:
        return MISSING
    seconds = int((now - value).total_seconds())
    if seconds < 0:
        return f"in {_span(-seconds)}"
    return "just now" if seconds < MINUTE else f"{_span(seconds, parts=1)} ago"


def duration(seconds: float | None) -> str:
    """``4.2 s`` below a minute, else ``2 min 5 s``, ``1 h 17 min``."""
    if seconds is None:
        return MISSING
    return f"{seconds:.1f} s" if seconds < MINUTE else _span(int(seconds))


def _span(seconds: int, parts: int = 2) -> str:
    left, words = max(seconds, 0), []
    for size, word in ((DAY, "d"), (HOUR, "h"), (MINUTE, "min"), (1, "s")):
        count, left = divmod(left, size)
        if count:
            words.append(f"{count} {word}")
        elif words:
            break
    return " ".join(words[:parts]) or "0 s"

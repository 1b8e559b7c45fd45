"""Structured logs of every process: text or JSON, with the request id or job id, and without anything secret."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterable, Mapping
from typing import IO, TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import structlog
from pydantic import SecretStr
from structlog.typing import EventDict, Processor, WrappedLogger

if TYPE_CHECKING:
    from dashboard.settings import Settings

HIDDEN = "[hidden]"
SECRET_NAME = re.compile(
    r"pass(word|wd)?$|secret|token|authorization|cookie|api_?key|credential|otp|(database|migration|redis|smtp)_url",
    re.IGNORECASE,
)
NOT_SECRET = frozenset({"fencing_token"})
CREDENTIALS = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*://)[^\s/@:]*:[^\s/@]+@", re.IGNORECASE)
BEARER = re.compile(r"\b(?P<kind>Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{8,}")
SHORTEST_SECRET = 6
# What these say below the level is noise to an operator; failures of yfinance become typed reasons of ours.
LEVELS = {
    "alembic": logging.WARNING,
    "curl_cffi": logging.WARNING,
    "peewee": logging.WARNING,
    "rq": logging.WARNING,
    "rq_scheduler": logging.WARNING,
    "urllib3": logging.WARNING,
    "yfinance": logging.ERROR,
}

Loggable = object


class Redaction:
    """A processor that hides values under secret names, credentials in addresses, and the known secrets anywhere."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        known = sorted({secret for secret in secrets if len(secret) >= SHORTEST_SECRET}, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, known))) if known else None

    def __call__(self, logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
        """The event with nothing secret in it."""
        return {name: self._field(name, value) for name, value in event.items()}

    def text(self, value: str) -> str:
        """``value`` without anything secret in it."""
        if self._known is not None:
            value = self._known.sub(HIDDEN, value)
        return BEARER.sub(rf"\g<kind> {HIDDEN}", CREDENTIALS.sub(rf"\g<scheme>{HIDDEN}@", value))

    def _field(self, name: str, value: Loggable) -> Loggable:
        if name.startswith("_"):  # structlog's own bookkeeping (the record): not printed
            return value
        if SECRET_NAME.search(name) and name not in NOT_SECRET and value not in (None, ""):
            return HIDDEN
        return self._value(value)

    def _value(self, value: Loggable) -> Loggable:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {key: self._field(str(key), inner) for key, inner in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self._value(inner) for inner in value]
        if value is None or isinstance(value, bool | int | float):
            return value
        return self.text(str(value))


def configure_logging(settings: Settings, stream: IO[str] | None = None) -> None:
    """Send every log line of this process, libraries' too, to ``stream`` (standard error) in one form."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.PositionalArgumentsFormatter(),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(_formatter(settings, shared))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level)
    for name, level in LEVELS.items():
        logging.getLogger(name).setLevel(level)


def logger(name: str) -> structlog.stdlib.BoundLogger:
    """The logger of a module: ``logger(__name__).info("prices refreshed", symbols=12)``."""
    bound: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return bound


def known_secrets(settings: Settings) -> tuple[str, ...]:
    """Every secret value that the settings hold."""
    fields = (getattr(settings, name) for name in type(settings).model_fields)
    values = [value.get_secret_value() for value in fields if isinstance(value, SecretStr)]
    passwords = [unquote(urlsplit(value).password or "") for value in values if "://" in value]
    return (*values, *passwords)


def _formatter(settings: Settings, shared: list[Processor]) -> logging.Formatter:
    as_json = settings.log_format == "json"
    last: Processor = (
        structlog.processors.JSONRenderer(sort_keys=False)
        if as_json
        else structlog.dev.ConsoleRenderer(
            colors=False, pad_event_to=0, exception_formatter=structlog.dev.plain_traceback
        )
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,  # before the redaction, which then sees the traceback as text
            structlog.processors.UnicodeDecoder(),
            Redaction(known_secrets(settings)),
            last,
        ],
    )

"""Settings: one frozen object, read from the environment and an ``.env`` file once, at the edge of a process.

Nothing else in the code reads the environment. Every fault is reported at once as a :class:`SettingsError`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from email.utils import parseaddr
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import SplitResult, parse_qs, urlsplit

from dotenv import dotenv_values
from pydantic import BeforeValidator, Field, SecretStr, ValidationError, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from dashboard.errors import SettingsError

PROVIDER_NAMES = ("yahoo", "alphavantage", "ecb", "simulated")
# Those of the domain, which the settings lie below.
ASSET_CLASSES = (
    "equity", "etf", "fund", "bond", "crypto", "currency", "commodity", "index", "option", "future", "cash", "other",
)  # fmt: skip
PERIOD_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}
LIMIT = re.compile(rf"[1-9][0-9]{{0,6}}/({'|'.join(PERIOD_SECONDS)})")
YAHOO_STREAM = "wss://streamer.finance.yahoo.com/?version=2"
HEADER = re.compile(r"([a-z0-9_-]{1,40})\s*=\s*([A-Za-z0-9-]{1,60})\s*:\s*([\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?)")
SMTP_TLS = ("starttls", "tls", "none")
MINIMUM_SECRET_LENGTH = 32
MINIMUM_SECRET_VARIETY = 10


def _split_names(value: object) -> object:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


def _split_parts(value: object) -> object:
    """``a=x,y; b=z`` as a mapping of tuples; whatever is no text is left to be checked as it is."""
    if not isinstance(value, str):
        return value
    parts = [part.partition("=") for part in value.split(";") if part.strip()]
    return {name.strip(): _split_names(names) for name, _, names in parts}


def _header_parts(value: SecretStr) -> list[str]:
    return [part.strip() for part in value.get_secret_value().split(";") if part.strip()]


def _blank_is_unset(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value


OptionalText = Annotated[str | None, BeforeValidator(_blank_is_unset)]
OptionalSecret = Annotated[SecretStr | None, BeforeValidator(_blank_is_unset)]


class Settings(BaseSettings):
    """What an installation is told from outside. The names are those of the environment, in lower case."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_file=None)

    database_url: OptionalSecret = None
    database_migration_url: OptionalSecret = None
    redis_url: OptionalSecret = None
    host: str = "127.0.0.1"
    port: int = Field(default=8050, ge=0, le=65535)
    stream_url: OptionalText = None
    trusted_proxies: int = Field(default=0, ge=0, le=10)
    dashboard_home: Path = Path(".dashboard")
    secret_key: OptionalSecret = None
    dashboard_env: Literal["development", "production"] = "development"
    dashboard_base_url: OptionalText = None
    providers: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split_names)] = ("yahoo",)
    provider_orders: Annotated[Mapping[str, tuple[str, ...]], NoDecode, BeforeValidator(_split_parts)] = {}
    provider_limits: Annotated[Mapping[str, tuple[str, ...]], NoDecode, BeforeValidator(_split_parts)] = {}
    second_source: OptionalText = None
    yahoo_base_url: OptionalText = None
    yahoo_stream_url: str | None = None
    alphavantage_base_url: OptionalText = None
    alphavantage_api_key: OptionalSecret = None
    intraday_days: int = Field(default=30, ge=0, le=730)
    restatement_days: int = Field(default=1100, ge=0, le=36_500)
    url_provider_allow_private: bool = False
    url_headers: OptionalSecret = None
    smtp_url: OptionalSecret = None
    mail_from: OptionalText = None
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["text", "json"] = "text"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what is passed in counts: ``from_env`` does the reading, so that tests need no environment."""
        return (init_settings,)

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None, env_file: Path | None = Path(".env")) -> Settings:
        """Read the settings of this process.

        Raises: SettingsError with every fault.
        """
        values: dict[str, str | None] = {}
        if env_file is not None and env_file.is_file():
            values.update(dotenv_values(env_file))
        values.update(os.environ if environ is None else environ)
        known = {name: value for name in cls.model_fields if (value := values.get(name.upper())) is not None}
        return cls.build(**known)

    @classmethod
    def build(cls, **values: object) -> Settings:
        """Make settings from values by their field names. Raises: SettingsError with every fault."""
        faults = []
        settings = None
        try:
            settings = cls(**values)  # type: ignore[arg-type]  # pydantic converts and checks each of them
        except ValidationError as error:
            faults = [_fault(detail) for detail in error.errors()]
        faults += [*_production_faults(values), *_mail_faults(values)]
        if settings is None or faults:
            raise SettingsError(tuple(faults))
        return settings

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    @field_validator("dashboard_home", mode="after")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @field_validator("database_url", "database_migration_url", mode="after")
    @classmethod
    def _postgres(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and urlsplit(value.get_secret_value()).scheme not in {
            "postgresql",
            "postgres",
            "postgresql+psycopg",
        }:
            raise ValueError("must begin with postgresql://")
        return value

    @field_validator("redis_url", mode="after")
    @classmethod
    def _redis(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and urlsplit(value.get_secret_value()).scheme not in {"redis", "rediss", "unix"}:
            raise ValueError("must begin with redis://, rediss:// or unix://")
        return value

    @field_validator("stream_url", mode="after")
    @classmethod
    def _address_or_path(cls, value: str | None) -> str | None:
        return value.rstrip("/") if value is not None and value.startswith("/") else cls._checked_address(value)

    @field_validator("yahoo_base_url", "alphavantage_base_url", "dashboard_base_url", mode="after")
    @classmethod
    def _http(cls, value: str | None) -> str | None:
        return cls._checked_address(value)

    @staticmethod
    def _checked_address(value: str | None) -> str | None:
        if value is None:
            return None
        if urlsplit(value).scheme not in {"http", "https"} or not urlsplit(value).netloc:
            raise ValueError("must be an http:// or https:// address")
        return value.rstrip("/")

    @field_validator("yahoo_stream_url", mode="after")
    @classmethod
    def _web_socket(cls, value: str | None) -> str | None:
        parts = urlsplit((value or "").strip())
        if parts.geturl() and (
            parts.scheme not in {"ws", "wss"} or not parts.hostname or not _has_possible_port(parts)
        ):
            raise ValueError("must be a ws:// or wss:// address, or empty for no stream")
        return parts.geturl() if value is not None else None

    @field_validator("url_headers", mode="after")
    @classmethod
    def _named_headers(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not all(HEADER.fullmatch(part) for part in _header_parts(value)):
            raise ValueError("must look like myhouse=X-Api-Key: secret; other=Authorization: Bearer secret")
        return value

    @property
    def named_headers(self) -> dict[str, tuple[str, str]]:
        """The headers that addresses of instruments can be asked with, by the names that instruments have for them."""
        found = [HEADER.fullmatch(part) for part in _header_parts(self.url_headers)] if self.url_headers else []
        return {match[1]: (match[2], match[3]) for match in found if match is not None}

    @field_validator("smtp_url", mode="after")
    @classmethod
    def _smtp(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None:
            return None
        parts = urlsplit(value.get_secret_value())
        if parts.scheme not in {"smtp", "smtps"} or not parts.hostname or not _has_possible_port(parts):
            raise ValueError("must begin with smtp:// or smtps:// and name a host")
        query = parse_qs(parts.query)
        if query.get("tls", [SMTP_TLS[0]])[0] not in SMTP_TLS:
            raise ValueError(f"tls must be one of {', '.join(SMTP_TLS)}")
        if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]+)?", query.get("timeout", ["15"])[0]):
            raise ValueError("timeout must be a number of seconds")
        return value

    @field_validator("mail_from", mode="after")
    @classmethod
    def _sender(cls, value: str | None) -> str | None:
        if value is not None and (not value.isprintable() or "@" not in parseaddr(value)[1]):
            raise ValueError("must be an address such as Basis <basis@example.com>")
        return value

    @field_validator("providers", mode="after")
    @classmethod
    def _known_providers(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        unknown = [name for name in value if name not in PROVIDER_NAMES]
        if unknown or not value:
            raise ValueError(
                f"unknown provider {', '.join(unknown) or '(none given)'}; known: {', '.join(PROVIDER_NAMES)}"
            )
        return value

    @field_validator("second_source", mode="after")
    @classmethod
    def _known_second(cls, value: str | None) -> str | None:
        if value is not None and value not in PROVIDER_NAMES:
            raise ValueError(f"unknown provider {value}; known: {', '.join(PROVIDER_NAMES)}")
        return value

    @field_validator("provider_orders", mode="after")
    @classmethod
    def _known_orders(cls, value: Mapping[str, tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
        unknown = [name for names in value.values() for name in names if name not in PROVIDER_NAMES]
        unknown += [name for name in value if name not in ASSET_CLASSES]
        if unknown or not all(value.values()):
            raise ValueError(
                f"must look like currency=ecb,yahoo; crypto=yahoo; unknown: {', '.join(unknown) or '(none)'}"
            )
        return value

    @field_validator("provider_limits", mode="after")
    @classmethod
    def _known_limits(cls, value: Mapping[str, tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
        limits = [limit for several in value.values() for limit in several]
        if not set(value) <= set(PROVIDER_NAMES) or not all(LIMIT.fullmatch(limit) for limit in limits):
            raise ValueError("must look like alphavantage=5/minute,25/day; yahoo=100/minute")
        return value

    def limits_of(self, provider: str) -> tuple[tuple[int, int], ...] | None:
        """The requests and the seconds of each limit that is set for a provider; None where none is set."""
        if provider not in self.provider_limits:
            return None
        parts = [limit.split("/") for limit in self.provider_limits[provider]]
        return tuple((int(requests), PERIOD_SECONDS[period]) for requests, period in parts)

    @property
    def yahoo_stream(self) -> str:
        """The address of Yahoo's stream; empty where it is turned off, or Yahoo is asked at an address of one's own."""
        if self.yahoo_stream_url is not None:
            return self.yahoo_stream_url
        return "" if self.yahoo_base_url is not None else YAHOO_STREAM

    @property
    def embedded(self) -> bool:
        """Whether a service of our own is needed because no address was given for it."""
        return self.database_url is None or self.redis_url is None

    @property
    def base_url(self) -> str:
        """The address that users type, without a trailing slash."""
        return self.dashboard_base_url or f"http://{self.host}:{self.port}"

    @property
    def secure_cookies(self) -> bool:
        """Whether cookies can carry ``Secure`` and the ``__Host-`` prefix (see ``docs/security.md``)."""
        return self.base_url.startswith("https://")


def _has_possible_port(parts: SplitResult) -> bool:
    """Whether the port is none or a number; what Python says otherwise may repeat a part of a password."""
    try:
        return parts.port is None or parts.port > 0
    except ValueError:
        return False


def _fault(detail: ErrorDetails) -> str:
    name = ".".join(str(part) for part in detail["loc"][:1]).upper()
    return f"{name}: {detail['msg'].removeprefix('Value error, ')}"


def _mail_faults(values: Mapping[str, object]) -> list[str]:
    """Mail needs an address that it comes from."""
    known = {name: str(values.get(name) or "").strip() for name in ("smtp_url", "mail_from")}
    return (
        ["MAIL_FROM: SMTP_URL needs an address that mail comes from"]
        if known["smtp_url"] and not known["mail_from"]
        else []
    )


def _production_faults(values: Mapping[str, object]) -> list[str]:
    """What production refuses; checked beside the types, so that all faults are named at once."""
    if values.get("dashboard_env") != "production":
        return []
    faults = []
    secret = str(values.get("secret_key") or "").strip()
    if len(secret) < MINIMUM_SECRET_LENGTH or len(set(secret)) < MINIMUM_SECRET_VARIETY:
        faults.append(f"SECRET_KEY: production needs {MINIMUM_SECRET_LENGTH} random characters or more")
    if not str(values.get("dashboard_base_url") or "").startswith("https://"):
        faults.append("DASHBOARD_BASE_URL: production needs an https:// address")
    return faults

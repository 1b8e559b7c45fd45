"""Every failure that the product names, in one tree.

::

    DashboardError                      code, message (safe to show), http_status
    ├── SettingsError                   every wrong setting at once
    ├── EmbeddedServiceError            the embedded PostgreSQL or Redis cannot start
    ├── SchemaMismatch                  the database is behind (or ahead of) the code
    ├── ServiceUnavailable              the database or Redis does not answer
    ├── AuthenticationRequired          nobody is signed in
    │   └── InvalidCredentials          wrong e-mail or password, or the user is disabled
    ├── PermissionDenied                the object may be seen but this may not be done to it
    ├── NotFound                        no such object, or another user's
    ├── NotShared                       an embedded view that is not shown; never why
    ├── Conflict                        it exists already, or was changed meanwhile
    ├── TooManyRequests                 retry_after_seconds
    ├── PayloadTooLarge                 limit_bytes
    ├── InvalidInput                    field, row: what a person typed or uploaded is wrong
    │   └── LedgerError                 a transaction that the ledger cannot hold
    │       └── Oversell                held, wanted
    ├── NotificationError               a message that was not sent
    │   ├── NotificationUnavailable     the mail server is away or slow: trying again may help
    │   └── NotificationRefused         the mail server will never take it
    ├── InsufficientData                a number that cannot be computed from what there is
    └── ProviderError                   provider, symbol
        ├── ProviderUnavailable         timeout, 5xx: trying again may help
        │   └── UnreadableAnswer        half an answer, or something else than was asked for
        ├── ProviderRefused             a key is missing, wrong or too cheap: trying again does not help
        ├── RateLimited                 retry_after_seconds
        ├── NoPrices                    the provider knows the symbol and has no price of it
        └── InstrumentNotFound          the provider does not know the symbol
"""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar


class DashboardError(Exception):
    """A failure with a stable ``code`` and a message that may be shown to a user."""

    code: ClassVar[str] = "error"
    http_status: ClassVar[int] = 500

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class SettingsError(DashboardError):
    """One or more settings are wrong; ``faults`` names each of them."""

    code = "settings"

    def __init__(self, faults: tuple[str, ...]) -> None:
        lines = "\n".join(f"  {fault}" for fault in faults)
        super().__init__(f"{len(faults)} wrong setting{'s' if len(faults) > 1 else ''}:\n{lines}")
        self.faults = faults


class EmbeddedServiceError(DashboardError):
    """The embedded PostgreSQL or Redis cannot be started or reached."""

    code = "embedded_service"


class SchemaMismatch(DashboardError):
    """The database schema is not the one this code was written for."""

    code = "schema_mismatch"
    http_status = 503


class ServiceUnavailable(DashboardError):
    """The database or Redis does not answer."""

    code = "service_unavailable"
    http_status = 503


class AuthenticationRequired(DashboardError):
    """Nobody is signed in."""

    code = "authentication_required"
    http_status = 401

    def __init__(self, message: str = "Sign in to go on.") -> None:
        super().__init__(message)


class InvalidCredentials(AuthenticationRequired):
    """The e-mail and password do not fit, or the user is disabled; the message never says which."""

    code = "invalid_credentials"

    def __init__(self) -> None:
        super().__init__("That e-mail and password do not match.")


class PermissionDenied(DashboardError):
    """The object may be seen, but this may not be done to it."""

    code = "permission_denied"
    http_status = 403


class NotFound(DashboardError):
    """No such object, or one that belongs to somebody else."""

    code = "not_found"
    http_status = 404


class NotShared(DashboardError):
    """An embedded view is not shown, for a reason that its visitor is not told."""

    code = "not_shared"
    http_status = 403

    def __init__(self) -> None:
        super().__init__("This view is no longer shared.")


class Conflict(DashboardError):
    """The object exists already, or was changed by somebody else meanwhile."""

    code = "conflict"
    http_status = 409


class TooManyRequests(DashboardError):
    """A limit of our own was passed; try again after ``retry_after_seconds``."""

    code = "too_many_requests"
    http_status = 429

    def __init__(self, message: str, retry_after_seconds: float) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class PayloadTooLarge(DashboardError):
    """An upload is larger than ``limit_bytes``."""

    code = "payload_too_large"
    http_status = 413

    def __init__(self, limit_bytes: int) -> None:
        super().__init__(f"The file is larger than the {limit_bytes // 1_000_000} MB that can be taken at once.")
        self.limit_bytes = limit_bytes


class InvalidInput(DashboardError):
    """What a person typed or uploaded is wrong; ``field`` and ``row`` say where."""

    code = "invalid_input"
    http_status = 422

    def __init__(self, message: str, *, field: str | None = None, row: int | None = None) -> None:
        super().__init__(message)
        self.field = field
        self.row = row


class LedgerError(InvalidInput):
    """A transaction that the ledger cannot hold."""

    code = "ledger"


class Oversell(LedgerError):
    """A sale of more than is held, where the portfolio does not allow shorts."""

    code = "oversell"

    def __init__(self, message: str, *, wanted: Decimal, held: Decimal, row: int | None = None) -> None:
        super().__init__(message, field="quantity", row=row)
        self.wanted = wanted
        self.held = held


class InsufficientData(DashboardError):
    """A number that cannot be computed from what there is."""

    code = "insufficient_data"
    http_status = 422


class NotificationError(DashboardError):
    """A message to a person was not sent."""

    code = "notification"
    http_status = 502


class NotificationUnavailable(NotificationError):
    """The mail server is away, slow or busy: trying again may help."""

    code = "notification_unavailable"


class NotificationRefused(NotificationError):
    """The mail server will not take the message, however often it is tried."""

    code = "notification_refused"


class ProviderError(DashboardError):
    """A market data provider failed for ``symbol`` (None: for the whole request)."""

    code = "provider"
    http_status = 502

    def __init__(self, message: str, *, provider: str, symbol: str | None = None) -> None:
        super().__init__(message)
        self.provider = provider
        self.symbol = symbol


class ProviderUnavailable(ProviderError):
    """A timeout, a server error or an answer that cannot be read: trying again may help."""

    code = "provider_unavailable"


class UnreadableAnswer(ProviderUnavailable):
    """The provider answered, but half, or something else than was asked for. It says nothing about other answers."""


class RateLimited(ProviderError):
    """The provider refuses more requests until ``retry_after_seconds`` have passed."""

    code = "rate_limited"
    http_status = 503

    def __init__(
        self, message: str, *, provider: str, symbol: str | None = None, retry_after_seconds: float = 60.0
    ) -> None:
        super().__init__(message, provider=provider, symbol=symbol)
        self.retry_after_seconds = retry_after_seconds


class ProviderRefused(ProviderError):
    """The provider will not serve this installation: its key is missing, wrong, or does not cover the request."""

    code = "provider_refused"


class NoPrices(ProviderError):
    """The provider knows the symbol but sent no price of it."""

    code = "no_prices"


class InstrumentNotFound(ProviderError):
    """The provider does not know the symbol."""

    code = "instrument_not_found"
    http_status = 404

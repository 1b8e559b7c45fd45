"""Open, high and low of a session that goes on, as far as anybody has told them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SessionRange:
    """Open, high and low of a session in the unit of its prices; None where it is not told."""

    open: float | None = None
    high: float | None = None
    low: float | None = None

    def covering(self, price: float) -> SessionRange:
        """Widened until ``price`` and the open lie within it; a bound that nobody has told stays unknown."""
        inside = (price, price if self.open is None else self.open)
        return SessionRange(
            self.open,
            None if self.high is None else max(self.high, *inside),
            None if self.low is None else min(self.low, *inside),
        )

    def joined(self, earlier: SessionRange) -> SessionRange:
        """What both tell of one session: the newer open, the higher high and the lower low."""
        return SessionRange(
            earlier.open if self.open is None else self.open,
            max((bound for bound in (self.high, earlier.high) if bound is not None), default=None),
            min((bound for bound in (self.low, earlier.low) if bound is not None), default=None),
        )


NOT_TOLD = SessionRange()

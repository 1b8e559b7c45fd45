"""The portfolios of the demo workspace: what each aims to hold, since when, and how money comes in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dashboard.domain.transactions import LotMethod


@dataclass(frozen=True, slots=True)
class Plan:
    """A savings plan. ``weights`` are of the invested money; ``monthly`` is in the base currency."""

    name: str
    base_currency: str
    years: int
    first_deposit: float
    monthly: float
    weights: Mapping[str, float]
    benchmark: str
    accounts: tuple[str, ...]
    method: LotMethod = LotMethod.FIFO
    track_cash: bool = True
    seed: int = 1


PLANS = (
    Plan(
        name="Long-term",
        base_currency="EUR",
        years=6,
        first_deposit=240_000,
        monthly=3_500,
        weights={
            "SMWX": 0.26,
            "SMEU": 0.11,
            "NWRB": 0.09,
            "HLCN": 0.08,
            "RHNW": 0.07,
            "LMNL": 0.06,
            "HKZD": 0.05,
            "KRWE": 0.05,
            "MRDB": 0.05,
            "EUGB": 0.08,
            "AURS": 0.06,
            "BRYL-USD": 0.02,
            "THMW": 0.02,
        },
        benchmark="SMWX",
        accounts=("Broker A", "Broker B"),
        seed=11,
    ),
    Plan(
        name="Income",
        base_currency="GBP",
        years=4,
        first_deposit=85_000,
        monthly=900,
        weights={
            "THMW": 0.16,
            "KRWE": 0.14,
            "PNMN": 0.12,
            "UKGL": 0.18,
            "HYCB": 0.12,
            "CXRG": 0.1,
            "ORVF": 0.08,
            "SMUK": 0.1,
        },
        benchmark="^SIMUK100",
        accounts=("",),
        method=LotMethod.AVERAGE,
        seed=23,
    ),
    Plan(
        name="Growth",
        base_currency="USD",
        years=3,
        first_deposit=40_000,
        monthly=1_200,
        weights={"NWRB": 0.22, "QVLT": 0.2, "HLCN": 0.18, "GLDR": 0.14, "SMTQ": 0.18, "OPLT-USD": 0.08},
        benchmark="^SIM500",
        accounts=("",),
        track_cash=False,
        seed=37,
    ),
)

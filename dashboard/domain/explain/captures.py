"""The workings of up and down capture: mean growth over the sessions on which the benchmark rose, or fell."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from dashboard.domain.arrays import Floats
from dashboard.domain.explain.days import day_tables
from dashboard.domain.explain.returns import SESSIONS, paired_table
from dashboard.domain.explain.subject import Subject
from dashboard.domain.explain.workings import Step, Unit, Working
from dashboard.domain.measures import Measure
from dashboard.domain.risk_relative import paired_returns

CONVENTION = (SESSIONS, "The means are geometric: what growth it takes on each of those sessions to come to the same.")


def _capture(name: str, title: str, moved: str, sign: str) -> Callable[[Subject], Working]:
    """The builder of a capture; ``sign`` compares the benchmark's return with 0."""
    formula = (
        rf"\frac{{\left(\prod_{{b_t {sign} 0}} (1 + r_t)\right)^{{1/n}} - 1}}"
        rf"{{\left(\prod_{{b_t {sign} 0}} (1 + b_t)\right)^{{1/n}} - 1}}"
    )

    def build(subject: Subject) -> Working:
        found: Measure = getattr(subject.performance.risk, name)
        tables = day_tables(subject)
        if found.value is None or subject.benchmark is None:
            return Working(title, Unit.NUMBER, found, formula, CONVENTION, (), tables)
        pairs = paired_returns(subject.history, subject.period, subject.daily, [subject.benchmark])
        other = pairs.benchmarks[:, 0]
        chosen = other > 0.0 if sign == ">" else other < 0.0
        steps = (
            Step("sessions", f"Sessions that {moved}", Unit.NUMBER, float(chosen.sum()), f"=SUMPRODUCT({_is(sign)}*1)"),
            Step("own", "Portfolio's mean on them", Unit.FRACTION, _mean(pairs.returns[chosen]), _rule("own", sign)),
            Step("other", "Benchmark's mean on them", Unit.FRACTION, _mean(other[chosen]), _rule("other", sign)),
            Step("result", title, Unit.NUMBER, found.value, "=[@own]/[@other]"),
        )
        return Working(title, Unit.NUMBER, found, formula, CONVENTION, steps, (paired_table(subject)[0], *tables))

    return build


def _is(sign: str) -> str:
    """The sessions on which the benchmark moved that way."""
    return f"([both.other]{sign}0)"


def _rule(column: str, sign: str) -> str:
    return f"=EXP(SUMPRODUCT({_is(sign)}*LN(1+[both.{column}]))/[@sessions])-1"


def _mean(returns: Floats) -> float:
    """The geometric mean."""
    return float(np.prod(1.0 + returns) ** (1.0 / len(returns)) - 1.0)


BUILDERS = {
    "up_capture": _capture("up_capture", "Up capture", "rose", ">"),
    "down_capture": _capture("down_capture", "Down capture", "fell", "<"),
}

"""The workings of the dates of the deepest drawdown: its peak, trough and recovery, and how long it took."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from dashboard.domain.explain.days import day_tables
from dashboard.domain.explain.returns import ONE_A_DAY, series_tables
from dashboard.domain.explain.subject import Subject
from dashboard.domain.explain.workings import Step, Unit, Working, serial
from dashboard.domain.measures import Measure

CONVENTION = (
    ONE_A_DAY,
    "The peak is the last day before the trough on which the growth of 1 was at its highest so far, and may be the "
    "close before the period; the recovery is the first after it on which it is there again.",
)
DATES, FALLS = "[series.date]", "[series.drawdown]"
LATE = 10_000_000  # days: later than any date, where the smallest is looked for
DEPTH = f"=MIN({FALLS})"
TROUGH = f"=INDEX({DATES},MATCH([@depth],{FALLS},0))"
PEAK = f"=SUMPRODUCT(MAX(({DATES}<[@trough])*({FALLS}>=0)*{DATES}))"
RECOVERY = f"=SUMPRODUCT(MIN({DATES}+{LATE}*(1-({DATES}>[@trough])*({FALLS}>=0))))"
NONE = "There was no drawdown."
OPEN = "The drawdown lasts: the value has not come back to its peak."


def _steps(subject: Subject) -> tuple[Step, ...]:
    """Depth, trough, peak, and recovery or the end of the period, as far as there are any."""
    risk = subject.performance.risk
    if risk.max_drawdown_peak is None:
        return ()
    return (
        Step("depth", "Max drawdown", Unit.FRACTION, risk.max_drawdown.value, DEPTH),
        _dated("trough", "Trough", risk.max_drawdown_trough, TROUGH),
        _dated("peak", "Peak", risk.max_drawdown_peak, PEAK),
        (
            _dated("end", "Last day of the period", subject.period.end, "")
            if risk.max_drawdown_recovery is None
            else _dated("recovery", "Recovery", risk.max_drawdown_recovery, RECOVERY)
        ),
    )


def _dated(key: str, title: str, day: date | None, formula: str) -> Step:
    return Step(key, title, Unit.DATE, None if day is None else serial(day), formula)


def _value(subject: Subject, found: float | None) -> Measure:
    """What is asked for, or why there is none."""
    risk = subject.performance.risk
    if found is not None or risk.max_drawdown.value is None:
        return replace(risk.max_drawdown, value=found)
    return Measure.undefined(NONE if risk.max_drawdown_peak is None else OPEN)


def _figure(name: str, title: str, formula: str, rule: str, unit: Unit = Unit.DATE) -> Callable[[Subject], Working]:
    """The builder of one of the dates, or of the days."""

    def build(subject: Subject) -> Working:
        known: date | int | None = getattr(subject.performance.risk, name)
        value = _value(subject, serial(known) if isinstance(known, date) else known)
        steps = _steps(subject)
        end = "recovery" if any(step.key == "recovery" for step in steps) else "end"
        if value.value is not None:
            steps = (*steps, Step("result", title, unit, value.value, rule.replace("end", end)))
        return Working(title, unit, value, formula, CONVENTION, steps, (*series_tables(subject), *day_tables(subject)))

    return build


FALL = r"D_t = \frac{W_t}{\max_{s \le t} W_s} - 1"
BUILDERS = {
    "max_drawdown_peak": _figure(
        "max_drawdown_peak", "Peak of the max drawdown",
        rf"\max \{{t < \text{{trough}} : D_t = 0\}}, \quad {FALL}", "=[@peak]",
    ),
    "max_drawdown_trough": _figure(
        "max_drawdown_trough", "Trough of the max drawdown", rf"\operatorname{{arg\,min}}_t D_t, \quad {FALL}",
        "=[@trough]",
    ),
    "max_drawdown_recovery": _figure(
        "max_drawdown_recovery", "Recovery of the max drawdown",
        rf"\min \{{t > \text{{trough}} : D_t = 0\}}, \quad {FALL}", "=[@recovery]",
    ),
    "max_drawdown_days": _figure(
        "max_drawdown_days", "Days of the max drawdown", r"\text{recovery, or the last day} - \text{peak}",
        "=[@end]-[@peak]", Unit.NUMBER,
    ),
}  # fmt: skip

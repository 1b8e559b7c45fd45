"""The workings of the risk figures, on the series of returns that is shown and measured."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from dashboard.domain.explain.days import day_tables
from dashboard.domain.explain.growth import annualized
from dashboard.domain.explain.returns import ONE_A_DAY, SESSIONS, paired_table, series_tables
from dashboard.domain.explain.subject import Subject
from dashboard.domain.explain.workings import Step, Unit, Working
from dashboard.domain.measures import Measure
from dashboard.domain.risk_judge import per_period

R = "[series.return]"
KNOWN = f"ISNUMBER({R})"  # the first row, of the close before the period, has no return: blank is less than a rate
DOWNSIDE = f"=SQRT(SUMPRODUCT({KNOWN}*({R}<[@rf])*({R}-[@rf])^2)/COUNT({R}))*SQRT([@per_year])"
CONVENTION = (
    ONE_A_DAY,
    "The standard deviation divides by n − 1; a year has 252 periods, 365 where the series has weekends.",
)


def _figure(name: str, title: str, formula: str, rule: str, unit: Unit = Unit.FRACTION) -> Callable[[Subject], Working]:
    """The builder of a figure that the series alone decides; ``rule`` is the spreadsheet's formula of it."""

    def build(subject: Subject) -> Working:
        found: Measure = getattr(subject.performance.risk, name)
        steps = (
            *_inputs(subject),
            *_between(subject, rule),
            Step("result", title, unit, found.value, _if(found, rule)),
        )
        return Working(title, unit, found, formula, CONVENTION, steps, (*series_tables(subject), *day_tables(subject)))

    return build


def _if(found: Measure, rule: str) -> str:
    """The formula, where there is a figure for it to give."""
    return rule if found.value is not None else ""


def _inputs(subject: Subject) -> tuple[Step, ...]:
    per_year = subject.performance.risk.periods_per_year
    rate = per_period(subject.risk_free, per_year)
    return (
        Step("per_year", "Periods a year", Unit.NUMBER, float(per_year)),
        Step("risk_free", "Risk-free rate, a year", Unit.FRACTION, subject.risk_free),
        Step("rf", "Risk-free rate, a period", Unit.FRACTION, rate, "=(1+[@risk_free])^(1/[@per_year])-1"),
    )


def _between(subject: Subject, rule: str) -> tuple[Step, ...]:
    """The steps that a rule builds on."""
    returns = subject.performance.series.returns
    found: list[Step] = []
    if "[@mean]" in rule and len(returns):
        found.append(Step("mean", "Mean return", Unit.FRACTION, float(np.mean(returns)), f"=AVERAGE({R})"))
    if "[@sd]" in rule and len(returns) > 1:
        deviation = float(np.std(returns, ddof=1))
        found.append(Step("sd", "Standard deviation", Unit.FRACTION, deviation, f"=STDEV({R})"))
    if "[@downside]" in rule:
        value = subject.performance.risk.downside_deviation.value
        found.append(Step("downside", "Downside deviation", Unit.FRACTION, value, DOWNSIDE))
    for level in ("95", "99"):
        if f"[@var_{level}]" in rule:
            value = getattr(subject.performance.risk, f"var_{level}").value
            found.append(Step(f"var_{level}", "Value at risk", Unit.FRACTION, value, _quantile(level)))
    return tuple(found)


def _quantile(level: str) -> str:
    return f"=PERCENTILE({R},{100 - int(level)}/100)"


def _tail(level: str) -> str:
    return f"=SUMPRODUCT({KNOWN}*({R}<=[@var_{level}])*{R})/SUMPRODUCT({KNOWN}*({R}<=[@var_{level}]))"


def _normal_quantile(level: str) -> str:
    return f"=[@mean]+NORMSINV({100 - int(level)}/100)*[@sd]"


def _normal_tail(level: str) -> str:
    below = f"({100 - int(level)}/100)"
    return f"=[@mean]-[@sd]*EXP(-(NORMSINV{below}^2)/2)/SQRT(2*PI())/{below}"


def calmar(subject: Subject) -> Working:
    """Annualised time-weighted return ÷ |max drawdown|."""
    yearly, found, risk = annualized(subject), subject.performance.risk.calmar, subject.performance.risk
    steps = (
        *yearly.steps[:2],
        Step("annualized", "A year", Unit.FRACTION, yearly.value.value, yearly.steps[-1].formula),
        Step("deepest", "Max drawdown", Unit.FRACTION, risk.max_drawdown.value, "=MIN([series.drawdown])"),
        Step("result", "Calmar", Unit.NUMBER, found.value, _if(found, "=[@annualized]/ABS([@deepest])")),
    )
    formula = r"\text{TWR, a year} \div \left|\text{max drawdown}\right|"
    return Working(
        "Calmar ratio", Unit.NUMBER, found, formula, CONVENTION, steps, (*series_tables(subject), *yearly.tables)
    )


def _against(name: str, title: str, formula: str, rule: str, unit: Unit = Unit.NUMBER) -> Callable[[Subject], Working]:
    """The builder of a figure against the benchmark."""

    def build(subject: Subject) -> Working:
        found: Measure = getattr(subject.performance.risk, name)
        tables = day_tables(subject)
        if found.value is None or subject.benchmark is None:
            return Working(title, unit, found, formula, CONVENTION, (), tables)
        paired, per_year = paired_table(subject)
        rf = per_period(subject.risk_free, per_year)
        steps = (
            Step("per_year", "Periods a year", Unit.NUMBER, float(per_year)),
            Step("rf", "Risk-free rate, a period", Unit.FRACTION, rf),
            Step("result", title, unit, found.value, rule),
        )
        return Working(title, unit, found, formula, (*CONVENTION, SESSIONS), steps, (paired, *tables))

    return build


OWN, OTHER, ACTIVE = "[both.own]", "[both.other]", "[both.active]"
SLOPE = f"SLOPE({OWN},{OTHER})"
BUILDERS: dict[str, Callable[[Subject], Working]] = {
    "volatility": _figure("volatility", "Volatility", r"sd(r) \sqrt{N}", "=[@sd]*SQRT([@per_year])"),
    "downside_deviation": _figure(
        "downside_deviation", "Downside deviation", r"\sqrt{\tfrac1n \sum \min(r - t, 0)^2} \sqrt{N}", DOWNSIDE
    ),
    "sharpe": _figure(
        "sharpe", "Sharpe ratio", r"\frac{\text{mean}(r - r_f)}{sd(r - r_f)} \sqrt{N}",
        "=([@mean]-[@rf])/[@sd]*SQRT([@per_year])", Unit.NUMBER,
    ),
    "sortino": _figure(
        "sortino", "Sortino ratio", r"\frac{\text{mean}(r - t) \cdot N}{\text{downside deviation}}",
        "=([@mean]-[@rf])*[@per_year]/[@downside]", Unit.NUMBER,
    ),
    "calmar": calmar,
    "max_drawdown": _figure(
        "max_drawdown", "Max drawdown", r"\min_t \left(\frac{W_t}{\max_{s \le t} W_s} - 1\right)",
        "=MIN([series.drawdown])",
    ),
    "ulcer_index": _figure(
        "ulcer_index", "Ulcer index", r"\sqrt{\tfrac1n \sum D_t^2}", f"=SQRT(SUMSQ([series.drawdown])/COUNT({R}))"
    ),
    "var_95": _figure("var_95", "Value at risk, 95 %", r"q_{5\,\%}(r)", _quantile("95")),
    "var_99": _figure("var_99", "Value at risk, 99 %", r"q_{1\,\%}(r)", _quantile("99")),
    "cvar_95": _figure("cvar_95", "Expected shortfall, 95 %", r"\text{mean}(r \mid r \le \text{VaR})", _tail("95")),
    "cvar_99": _figure("cvar_99", "Expected shortfall, 99 %", r"\text{mean}(r \mid r \le \text{VaR})", _tail("99")),
    "var_95_normal": _figure(
        "var_95_normal", "Value at risk, 95 %, normal", r"\mu + z_{5\,\%}\, \sigma", _normal_quantile("95")
    ),
    "var_99_normal": _figure(
        "var_99_normal", "Value at risk, 99 %, normal", r"\mu + z_{1\,\%}\, \sigma", _normal_quantile("99")
    ),
    "cvar_95_normal": _figure(
        "cvar_95_normal", "Expected shortfall, 95 %, normal", r"\mu - \sigma\, \varphi(z_{5\,\%}) / 5\,\%",
        _normal_tail("95"),
    ),
    "cvar_99_normal": _figure(
        "cvar_99_normal", "Expected shortfall, 99 %, normal", r"\mu - \sigma\, \varphi(z_{1\,\%}) / 1\,\%",
        _normal_tail("99"),
    ),
    "omega": _figure(
        "omega", "Omega", r"\frac{\sum \max(r - r_f, 0)}{\sum \max(r_f - r, 0)}",
        f"=SUMPRODUCT({KNOWN}*({R}>[@rf])*({R}-[@rf]))/SUMPRODUCT({KNOWN}*({R}<[@rf])*([@rf]-{R}))", Unit.NUMBER,
    ),
    "tail_ratio": _figure(
        "tail_ratio", "Tail ratio", r"\left|q_{95\,\%}(r)\right| \div \left|q_{5\,\%}(r)\right|",
        f"=ABS(PERCENTILE({R},95/100))/ABS(PERCENTILE({R},5/100))", Unit.NUMBER,
    ),
    "skew": _figure("skew", "Skew", r"\frac{n}{(n-1)(n-2)} \sum z^3", f"=SKEW({R})", Unit.NUMBER),
    "kurtosis": _figure(
        "kurtosis", "Excess kurtosis",
        r"\frac{n(n+1)}{(n-1)(n-2)(n-3)} \sum z^4 - \frac{3(n-1)^2}{(n-2)(n-3)}", f"=KURT({R})", Unit.NUMBER,
    ),
    "win_rate": _figure(
        "win_rate", "Win rate", r"\frac{\#\{r > 0\}}{\#\{r \ne 0\}}", f"=SUMPRODUCT(--({R}>0))/SUMPRODUCT(--({R}<>0))"
    ),
    "best_day": _figure("best_day", "Best day", r"\max r", f"=MAX({R})"),
    "worst_day": _figure("worst_day", "Worst day", r"\min r", f"=MIN({R})"),
    "beta": _against("beta", "Beta", r"\frac{cov(r, b)}{var(b)}", f"={SLOPE}"),
    "alpha": _against(
        "alpha", "Alpha", r"N \left(\text{mean}(r - r_f) - \beta\, \text{mean}(b - r_f)\right)",
        f"=[@per_year]*((AVERAGE({OWN})-[@rf])-{SLOPE}*(AVERAGE({OTHER})-[@rf]))", Unit.FRACTION,
    ),
    "r_squared": _against(
        "r_squared", "R²", r"\left(\frac{cov(r, b)}{sd(r)\, sd(b)}\right)^2", f"=CORREL({OWN},{OTHER})^2"
    ),
    "correlation": _against(
        "correlation", "Correlation", r"\frac{cov(r, b)}{sd(r)\, sd(b)}", f"=CORREL({OWN},{OTHER})"
    ),
    "tracking_error": _against(
        "tracking_error", "Tracking error", r"sd(r - b) \sqrt{N}", f"=STDEV({ACTIVE})*SQRT([@per_year])", Unit.FRACTION
    ),
    "information_ratio": _against(
        "information_ratio", "Information ratio", r"\frac{\text{mean}(r - b)}{sd(r - b)} \sqrt{N}",
        f"=AVERAGE({ACTIVE})/STDEV({ACTIVE})*SQRT([@per_year])",
    ),
}  # fmt: skip

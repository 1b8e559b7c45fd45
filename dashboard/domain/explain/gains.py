"""The workings of money: what a portfolio is worth, and the gain of a period in its parts."""

from __future__ import annotations

import numpy as np

from dashboard.domain.arrays import Floats, date_of, summed
from dashboard.domain.attribution import Gain, attribute
from dashboard.domain.explain.days import known
from dashboard.domain.explain.subject import Subject
from dashboard.domain.explain.workings import Column, Entry, Step, Table, Unit, Working
from dashboard.domain.measures import Measure, no_better_than
from dashboard.domain.prices import last_price_date

VALUE = r"\sum_i q_i \, p_i \, fx_i + \sum_c \text{cash}_c \, fx_c"
GAIN = r"\text{price} + \text{currency} + \text{income} - \text{fees} - \text{taxes} = V_1 - V_0 - \text{net flows}"
PARTS = ("price", "currency", "income", "fees", "taxes")
TITLES = {"price": "Price effect", "currency": "Currency effect", "income": "Income", "fees": "Fees", "taxes": "Taxes"}


def market_value(subject: Subject) -> Working:
    """Σ quantity × price × rate, and the cash."""
    found = subject.performance.market_value
    holdings, cash = _holdings(subject), _cash(subject)
    worth = float(np.nansum(subject.history.values[subject.end]))
    balance = float(np.nansum(subject.history.cash_value[subject.end]))
    total = "=[@holdings]+[@cash]" if found.value is not None else ""
    steps = (
        Step("holdings", "Holdings", Unit.MONEY, worth, "=SUM([holdings.value])" if holdings.rows else "=0"),
        Step("cash", "Cash", Unit.MONEY, balance, "=SUM([cash.value])" if cash.rows else "=0"),
        Step("result", "Market value", Unit.MONEY, found.value, total),
    )
    convention = (
        "The price of a day is the last close at or before it; the rate likewise.",
        "A holding without any close stands at the price of its last trade, as an estimate.",
    )
    tables = tuple(table for table in (holdings, cash) if table.rows)
    return Working("Market value", Unit.MONEY, found, VALUE, convention, steps, tables)


def _holdings(subject: Subject) -> Table:
    history, day = subject.history, subject.end
    rates = history.rates_on(day)
    rows: list[tuple[Entry, ...]] = []
    for column in np.flatnonzero(history.quantities[day]).tolist():
        instrument = history.instruments[column]
        priced = last_price_date(history.market.prices.get(instrument.symbol), history.days[day])
        source = "last trade" if history.estimated[day, column] else subject.source(instrument.symbol)
        rows.append(
            (
                instrument.symbol, float(history.quantities[day, column]), float(instrument.multiplier),
                known(float(history.prices[day, column])), instrument.currency,
                None if np.isnat(priced) else date_of(priced), source, known(float(rates[column])),
                known(float(history.values[day, column])),
            )
        )  # fmt: skip
    return Table(
        "holdings", "Holdings", "Quantities from the ledger, closes as traded, rates of the day.",
        (
            Column("symbol", "Instrument", Unit.TEXT), Column("quantity", "Quantity", Unit.QUANTITY),
            Column("multiplier", "Multiplier", Unit.NUMBER), Column("price", "Price", Unit.PRICE),
            Column("currency", "Currency", Unit.TEXT), Column("priced_on", "Price of", Unit.DATE),
            Column("source", "Source", Unit.TEXT), Column("rate", "Rate", Unit.RATE),
            Column("value", "Value", Unit.MONEY, "=[quantity]*[multiplier]*[price]*[rate]"),
        ), rows,
    )  # fmt: skip


def _cash(subject: Subject) -> Table:
    history, day = subject.history, subject.end
    rows: list[tuple[Entry, ...]] = []
    for column, name in enumerate(history.cash_currencies):
        amount, rate = float(history.cash[day, column]), float(history.cash_rates[day, column])
        if amount:
            rows.append((name, amount, known(rate), known(amount * rate)))
    return Table(
        "cash", "Cash", "Balances from the ledger.",
        (
            Column("currency", "Currency", Unit.TEXT), Column("amount", "Amount", Unit.MONEY),
            Column("rate", "Rate", Unit.RATE), Column("value", "Value", Unit.MONEY, "=[amount]*[rate]"),
        ), rows,
    )  # fmt: skip


def gain(subject: Subject) -> Working:
    """The total gain and its parts, by holding and by balance."""
    found = subject.performance.gain
    history, net = subject.history, subject.performance.net_flows
    costs = float(history.standing_costs[subject.inside].sum())
    values = known(float(history.value[subject.start])), known(float(history.value[subject.end]))
    total = "=[@end_value]-[@start_value]-[@net_flows]-[@costs]"
    parts = [
        Step(name, TITLES[name], Unit.MONEY, known(getattr(found, name)), f"=SUM([parts.{name}])") for name in PARTS
    ]
    together = "=[@price]+[@currency]+[@income]-[@fees]-[@taxes]"
    steps = (
        Step("start_value", "Value before the period", Unit.MONEY, values[0]),
        Step("end_value", "Value at its end", Unit.MONEY, values[1]),
        Step("net_flows", "Net flows", Unit.MONEY, known(net)),
        Step("costs", "Standing costs paid from outside", Unit.MONEY, costs),
        *parts,
        Step("together", "The parts together", Unit.MONEY, known(_sum(found)), together),
        Step("result", "Total gain", Unit.MONEY, known(found.total), total),
    )
    convention = (
        "The price effect is in the instrument's currency at the rate of the end; the currency effect is the rest.",
        "Parts are computed for the whole period; those of shorter periods need not add up to them.",
    )
    total_gain = no_better_than(
        _measure(found.total), subject.performance.start_value, subject.performance.market_value
    )
    return Working("Total gain", Unit.MONEY, total_gain, GAIN, convention, steps, (_parts(subject),))


def _measure(value: float) -> Measure:
    return Measure(value) if np.isfinite(value) else Measure.undefined("A value or a rate is not known.")


def _sum(found: Gain) -> float:
    return found.price + found.currency + found.income - found.fees - found.taxes


def _parts(subject: Subject) -> Table:
    """One line a holding that the period touched, one a balance, one for what belongs to neither."""
    history = subject.history
    attribution = attribute(history, subject.period, subject.books)
    local, base = (_by_instrument(subject, amounts) for amounts in (history.entries.trade_local, history.entries.trade))
    rows: list[tuple[Entry, ...]] = []
    for column, instrument in enumerate(history.instruments):
        found = attribution.by_symbol.get(instrument.symbol)
        if found is not None:
            flows = float(local[column]), float(base[column])
            rows.append((instrument.symbol, *_ends(subject, column), *flows, *_effects(found)))
    for column, currency in enumerate(history.cash_currencies):
        rows.append((f"Cash {currency}", *_balance(subject, column, attribution.cash_currency[currency])))
    rest = [getattr(attribution.portfolio, name) for name in PARTS[2:]]
    for place, name in enumerate(PARTS[2:]):
        rest[place] -= sum(getattr(found, name) for found in attribution.by_symbol.values())
    rows.append(("No instrument", *[None] * 8, None, None, *(known(value) for value in rest)))
    return _parts_table(rows)


def _effects(found: Gain) -> tuple[float | None, ...]:
    return tuple(known(getattr(found, name)) for name in PARTS)


def _by_instrument(subject: Subject, amounts: Floats) -> Floats:
    """Sums of the period's entries, shape (I + 1,); the last are those of no instrument."""
    entries, count = subject.history.entries, len(subject.history.instruments)
    inside = (entries.day > subject.start) & (entries.day <= subject.end)
    columns = np.where(entries.instrument < 0, count, entries.instrument)[inside]
    return summed(columns, amounts[inside], count + 1)


def _ends(subject: Subject, column: int) -> tuple[float | None, ...]:
    """Units, price and rate before the period and at its end; what is not held needs neither."""
    history, found = subject.history, []
    multiplier = float(history.instruments[column].multiplier)
    for day in (subject.start, subject.end):
        units = float(history.quantities[day, column]) * multiplier
        price, rate = float(history.prices[day, column]), float(history.rates_on(day)[column])
        found += [units, known(price) if units else None, known(rate)]
    return tuple(found)


def _balance(subject: Subject, column: int, effect: float) -> tuple[float | None, ...]:
    """A balance is held at the price of 1; what moved is the change of it, worth what the rows say."""
    history, start, end = subject.history, subject.start, subject.end
    first, last = float(history.cash[start, column]), float(history.cash[end, column])
    rates = float(history.cash_rates[start, column]), float(history.cash_rates[end, column])
    worth = (last * rates[1] if last else 0.0) - (first * rates[0] if first else 0.0) - effect
    ends = (first, 1.0, known(rates[0]), last, 1.0, known(rates[1]))
    return (*ends, last - first, known(worth), 0.0, known(effect), None, None, None)


def _parts_table(rows: list[tuple[Entry, ...]]) -> Table:
    first, last = "[units0]*[price0]", "[units1]*[price1]"
    return Table(
        "parts",
        "Parts by holding",
        "Units, closes and rates before the period and at its end; trades, income and costs from the ledger.",
        (
            Column("name", "Holding", Unit.TEXT), Column("units0", "Units before", Unit.QUANTITY),
            Column("price0", "Price before", Unit.PRICE), Column("rate0", "Rate before", Unit.RATE),
            Column("units1", "Units at the end", Unit.QUANTITY), Column("price1", "Price at the end", Unit.PRICE),
            Column("rate1", "Rate at the end", Unit.RATE), Column("flow", "Traded, own currency", Unit.MONEY),
            Column("worth", "Traded", Unit.MONEY),
            Column("price", "Price effect", Unit.MONEY, f"=({last}-{first}-[flow])*[rate1]"),
            Column("currency", "Currency effect", Unit.MONEY,
                   f"={first}*([rate1]-[rate0])+[flow]*[rate1]-[worth]"),
            Column("income", "Income", Unit.MONEY), Column("fees", "Fees", Unit.MONEY),
            Column("taxes", "Taxes", Unit.MONEY),
        ),
        rows,
    )  # fmt: skip

"""The card of dividends and splits that the ledger lacks: a grid to choose from, and the rules of the portfolio."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from dashboard.domain.action_rules import ActionKind, ActionRule, Rule
from dashboard.domain.proposals import Proposal, ProposalState
from dashboard.formatting import dates, numbers
from dashboard.results.proposals import TO_DECIDE, ProposalBoard
from dashboard.web.components import basics
from dashboard.web.components.basics import button
from dashboard.web.components.data import grid
from dashboard.web.components.holdings import figure_column
from dashboard.web.theme import is_narrow

Row = dict[str, Any]  # ag-grid rows and columns are free-form JSON
ASKED, CHANGED, GRID = "actions-asked", "actions-changed", "actions-grid"
MOST_ROWS, ROWS_IN_VIEW, MOST_TOLD = 1_000, 10, 3
RULES: dict[str, tuple[str, ActionRule]] = {
    "ask": ("Ask me", ActionRule()),
    "ask-reinvest": ("Ask me, as reinvested", ActionRule(Rule.ASK, reinvest=True)),
    "accept": ("Book dividends without asking", ActionRule(Rule.ACCEPT)),
    "accept-reinvest": ("Reinvest dividends without asking", ActionRule(Rule.ACCEPT, reinvest=True)),
    "ignore": ("Propose none", ActionRule(Rule.IGNORE)),
}
TONES = {"Differs": "warn"}


def card(board: ProposalBoard) -> Component:
    """The card; the grid is there where something is to be decided."""
    waiting = board.of(TO_DECIDE)
    head, sub = title(board), _sub(board, waiting)
    if not waiting:  # the rules are for what is still to come
        controls = [_restore(board), *_rules(board)]
        return basics.card(head, "", sub=sub, controls=controls, class_name="c12", id="actions-card", padded=False)
    parts = [_bar(board, waiting), _grid(waiting, board.names)]
    return basics.card(head, parts, sub=sub, class_name="c12", padded=False, id="actions-card")


def title(board: ProposalBoard) -> str:
    """What waits, in numbers."""
    kinds = Counter(one.kind for one in board.of([ProposalState.OPEN]))
    words = [f"{count} {kind}{'' if count == 1 else 's'}" for kind, count in sorted(kinds.items())]
    if words:
        return f"{' and '.join(words)} to book"
    differing = board.count(ProposalState.DIFFERS)
    return f"{differing} {_verb(differing)} from what is booked" if differing else "Dividends"


def _sub(board: ProposalBoard, waiting: Sequence[Proposal]) -> str:
    differing = board.count(ProposalState.DIFFERS)
    if board.count(ProposalState.OPEN):
        return f"and {differing} that {_verb(differing)} from what is booked" if differing else "that the ledger lacks"
    done = board.count(ProposalState.BOOKED) + board.count(ProposalState.ACCEPTED)
    if waiting:
        return ""
    return f"all {numbers.number(done, 0)} that the market paid are booked" if done else "none is known"


def _verb(count: int) -> str:
    return "differs" if count == 1 else "differ"


def _bar(board: ProposalBoard, waiting: Sequence[Proposal]) -> Component:
    count = sum(1 for one in waiting if one.state is ProposalState.OPEN and one.row is not None)
    decide = [
        button(f"Accept all {count}" if count > 1 else "Accept", id="actions-all", kind="pri sm", hidden=not count),
        button("Accept selected", id="actions-accept", kind="sm", disabled=True, hidden=not count),
        button("Dismiss selected", id="actions-dismiss", kind="sm", disabled=True, hidden=not waiting),
        _restore(board),
    ]
    return html.Div([*decide, html.Span(className="end"), *_rules(board)], className="row-f wrap actions-bar")


def _restore(board: ProposalBoard) -> Component:
    count = board.count(ProposalState.DISMISSED)
    return button(f"Show {count} dismissed again", id="actions-restore", kind="sm gh", hidden=not count)


def _rules(board: ProposalBoard) -> list[Component]:
    known = board.rules.get((ActionKind.DIVIDEND, None), ActionRule())
    value = next(name for name, (_, rule) in RULES.items() if rule.rule is known.rule and _alike(rule, known))
    rate = board.rates.get((None, ""))
    options = [{"value": name, "label": words} for name, (words, _) in RULES.items()]
    choice = dbc.Select(id="actions-rule", options=options, value=value, class_name="filt on")
    number: Any = "number"  # Any: Dash passes it on, its signature does not know it
    percent = None if rate is None else float(rate * Decimal(100))
    withheld = dcc.Input(
        id="actions-withheld",
        type=number,
        min=0,
        max=100,
        step="any",
        value=percent,
        debounce=True,
        className="in sm num",
    )
    return [
        html.Span([html.Label("New dividends", htmlFor="actions-rule", className="sr"), choice]),
        html.Span(
            [html.Label("Tax withheld, %", htmlFor="actions-withheld", className="t2 xs nowrap"), withheld],
            className="row-f gap6",
        ),
    ]


def _alike(one: ActionRule, other: ActionRule) -> bool:
    return one.reinvest is other.reinvest or one.rule is Rule.IGNORE


def _grid(waiting: Sequence[Proposal], names: Mapping[str, str]) -> Component:
    rows = [_row(one, names) for one in waiting[:MOST_ROWS]]
    few = len(rows) <= ROWS_IN_VIEW
    table = grid(
        GRID,
        _columns(waiting),
        rows,
        label="Proposals",
        row_id="id",
        auto_height=few,
        column_size=None,
        options={
            "rowSelection": {"mode": "multiRow", "enableClickSelection": False},
            "selectionColumnDef": {"pinned": "left", "width": 42, "minWidth": 42, "resizable": False},
        },
    )
    more = len(waiting) - len(rows)
    rest = [html.P(f"{more} older ones are not shown.", className="t3 xs actions-more")] if more else []
    return html.Div([html.Div(table, className="" if few else "actions-tall"), *_told(waiting), *rest])


def _told(waiting: Sequence[Proposal]) -> list[Component]:
    """What is booked in the place of those that differ: a column has no room for it, and a phone no column."""
    differing = [one for one in waiting if one.state is ProposalState.DIFFERS]
    return [
        html.P(
            [html.B(f"{one.symbol}, {dates.day(one.date)}: "), dates.said(one.reasons[0])],
            className="t2 xs actions-more",
        )
        for one in differing[:MOST_TOLD]
        if one.reasons
    ]


def _columns(waiting: Sequence[Proposal]) -> list[Row]:
    """The day first and fixed; on a phone the amount follows the name."""
    narrow = is_narrow()
    day: Row = {
        "field": "date", "headerName": "Ex-date", "pinned": "left", "minWidth": 104, "width": 104,
        "cellClass": "num", "valueFormatter": {"function": "day(params.value)"},
    }  # fmt: skip
    name: Row = {"field": "name", "headerName": "Instrument", "cellRenderer": "InstrumentCell", "flex": 18}
    money = "money(params.value, params.data.currency)"
    account: Row = {"field": "account", "headerName": "Account", "minWidth": 92, "flex": 8, "cellClass": "t2"}
    state: Row = {
        "field": "state", "headerName": "State", "headerClass": "sr-head", "cellRenderer": "ChipCell",
        "cellRendererParams": {"tones": TONES}, "width": 84, "minWidth": 84,
    }  # fmt: skip
    amount = figure_column("amount", "Amount", money, 92 if narrow else 104, strong=True)
    figures = [
        figure_column("quantity", "Held", "quantity(params.value)", 80),
        figure_column("per_unit", "A unit", "number(params.value, params.data.decimals)", 80, quiet=True),
    ]
    tax = figure_column("tax", "Tax", money, 84, quiet=True)
    remark: Row = {
        "field": "why", "headerName": "Remark", "minWidth": 170, "flex": 26, "cellClass": "t2 xs",
        "tooltipField": "why", "sortable": False,
    }  # fmt: skip
    accept: Row = {
        "colId": "accept", "headerName": "Accept", "headerClass": "sr-head", "cellRenderer": "AcceptCell",
        "width": 92, "minWidth": 92, "sortable": False, "resizable": False,
    }  # fmt: skip
    accounts = [account] if any(one.account for one in waiting) else []
    states = [state] if any(one.state is ProposalState.DIFFERS for one in waiting) else []
    if narrow:
        return [day, name | {"minWidth": 112}, amount, accept, *accounts, *figures, tax, *states, remark]
    return [day, name | {"minWidth": 190}, *accounts, *figures, amount, tax, *states, remark, accept]


def _row(one: Proposal, names: Mapping[str, str]) -> Row:
    plain = f"{one.per_unit.normalize():f}"
    return {
        "id": one.id,
        "date": one.date.isoformat(),
        "symbol": one.symbol,
        "name": names.get(one.symbol) or one.symbol,
        "kind": "Cash for a fraction" if one.kind is ActionKind.SPLIT else _kind(one),
        "href": f"/i/{quote(one.symbol, safe='')}",
        "account": one.account,
        "quantity": float(one.quantity) if one.quantity else None,
        "per_unit": float(one.per_unit),
        "decimals": max(2, len(plain.partition(".")[2])),
        "currency": one.currency,
        "amount": float(one.amount),
        "tax": float(one.tax) if one.tax else None,
        "state": "Differs" if one.state is ProposalState.DIFFERS else "",
        "acceptable": one.state is ProposalState.OPEN and one.row is not None,
        "why": dates.said(" ".join(one.reasons)),
    }


def _kind(one: Proposal) -> str:
    return one.row.type.replace("_", " ").capitalize() if one.row is not None else "Dividend"

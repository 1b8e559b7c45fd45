"""The columns of the ledger's grid; those that only some types need are in the panel beside it."""

from __future__ import annotations

from typing import Any

from dashboard.domain.transactions import TransactionType
from dashboard.formatting.transaction_types import type_meaning, type_name
from dashboard.results.portfolios import PortfolioRef
from dashboard.services.ledger.shapes import SHAPES
from dashboard.web.theme import is_narrow

Column = dict[str, Any]  # ag-grid's definitions are free-form JSON
NUMBER = "num ag-right-aligned-cell"
HIDDEN = (
    *("target_amount", "target_currency", "ratio", "settle_date", "cash_currency", "note", "external_id"),
    *("target_symbol", "cost_fraction", "acquired", "cost", "lot_ids", "accrued", "fee_currency"),
)
TONES = {
    "deposit": "info",
    "withdrawal": "info",
    "exchange": "info",
    "fee": "warn",
    "tax": "warn",
    "dividend": "ok",
    "interest": "ok",
    "split": "out",
    "reinvest": "ok",
    "staking": "ok",
    "airdrop": "ok",
    "return_of_capital": "ok",
    "transfer_in": "info",
    "transfer_out": "info",
    "spin_off": "out",
    "merger": "out",
    "symbol_change": "out",
}


def selection() -> Column:
    """The column of check boxes: pinned where the date beside it leaves room for the others."""
    return {"pinned": None if is_narrow() else "left", "width": 42, "minWidth": 42, "resizable": False}


def columns(portfolio: PortfolioRef, accounts: tuple[str, ...]) -> list[Column]:
    """Date first and pinned, on a phone alone; figures right, what the row does to the cash last."""
    types = [str(kind) for kind in TransactionType]
    base = portfolio.base_currency
    return [
        _cell("date", "Date", 110, pinned="left", sort="desc", minWidth=108)
        | {"cellEditor": "agDateStringCellEditor", "comparator": {"function": "ledgerOrder"}, "cellClass": "num"},
        _cell("type", "Type", 96, cellRenderer="LedgerTypeCell", cellRendererParams={"tones": TONES})
        | {"cellEditor": "agSelectCellEditor", "cellEditorParams": {"values": types}},
        _cell("symbol", "Instrument", 200, cellRenderer="LedgerInstrumentCell", flex=1, minWidth=108)
        | _suggesting("tx-symbols"),
        _cell("account", "Account", 84, cellClass="t2", hide=not any(accounts)) | _suggesting("tx-accounts"),
        _figure("quantity", "Quantity", 82),
        _figure("price", "Price", 84),
        _cell("currency", "Ccy", 56, cellClass="t2", minWidth=60) | _suggesting("tx-currencies"),
        _figure("fx_rate", f"FX to {base}", 88, cellClass=f"{NUMBER} t2"),
        _figure("fee", "Fee", 64, minWidth=56, cellClass=f"{NUMBER} t2"),
        _figure("tax", "Tax", 64, minWidth=56, cellClass=f"{NUMBER} t2"),
        _figure("amount", "Amount", 104),
        {
            "field": "effect",
            "headerName": f"Cash, {base}",
            "type": "rightAligned",
            "width": 104,
            "cellClass": f"{NUMBER} med",
            "valueGetter": {"function": "ledgerEffect(params)"},
            "valueFormatter": {"function": "ledgerEffectText(params)"},
            "comparator": {"function": "compareNumbers"},
        },
        *(_cell(name, name, 90, hide=True, lockVisible=True, suppressColumnsToolPanel=True) for name in HIDDEN),
        {
            "colId": "menu",
            "headerName": "Actions",
            "headerClass": "sr-head",
            "cellRenderer": "LedgerMenuCell",
            "width": 58,
            "minWidth": 58,
            "pinned": None if is_narrow() else "right",
            "sortable": False,
            "resizable": False,
            "cellClass": "menu-x",
        },
    ]


def context(portfolio: PortfolioRef, today: str) -> Column:
    """What the grid's functions know: which columns each type takes and needs."""
    return {
        "takes": {str(kind): sorted(shape.takes | {"type", "date"}) for kind, shape in SHAPES.items()},
        "needs": {str(kind): list(shape.needs) for kind, shape in SHAPES.items()},
        "words": {str(kind): type_name(kind) for kind in TransactionType},
        "about": {str(kind): type_meaning(kind) for kind in TransactionType},
        "base": portfolio.base_currency,
        "today": today,
    }


def _cell(field: str, name: str, width: int, **more: Any) -> Column:
    return {
        "field": field,
        "headerName": name,
        "width": width,
        "editable": {"function": "ledgerTakes(params)"},
        "valueFormatter": {"function": "ledgerText(params)"},
        "cellClassRules": {"err": "ledgerFaulty(params)", "edited": "ledgerEdited(params)"},
        "cellEditor": "agTextCellEditor",
        "cellDataType": False,
        **more,
    }


def _figure(field: str, name: str, width: int, **more: Any) -> Column:
    figure: Column = {"type": "rightAligned", "cellClass": NUMBER, "comparator": {"function": "compareNumbers"}, **more}
    return _cell(field, name, width) | figure


def _suggesting(choices: str) -> Column:
    return {"cellEditor": {"function": "SuggestEditor"}, "cellEditorParams": {"list": choices}}

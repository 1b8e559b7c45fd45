"""The one JSON form of return variants and of the reconciliation, as parts of the performance object."""

from __future__ import annotations

from collections.abc import Iterator

from dashboard.domain.measures import Measure, Status
from dashboard.results import wire
from dashboard.results.notes import StatusNote
from dashboard.results.return_variants import MoneyLine, Reconciliation, VariantReport, VariantReturns
from dashboard.results.scalars import Json, amount, ratio


def variants(report: VariantReport) -> dict[str, Json]:
    """The keys ``variants`` and ``reconciliation``."""
    return {
        "variants": {item.variant.value: _variant(item) for item in report.variants},
        "reconciliation": _reconciliation(report.reconciliation),
    }


def variant_notes(report: VariantReport) -> tuple[StatusNote, ...]:
    """One remark for all figures that share a status and a reason; the default's are the summary's own."""
    found = report.reconciliation
    notes = list(wire.measure_notes(_named_measures(report)))
    unknown = [f"variants.{item.variant}.gain" for item in report.variants if amount(item.gain) is None]
    if unknown:
        notes.append(StatusNote(Status.UNDEFINED.value, f"{', '.join(unknown)}: a price or a rate is missing"))
    for name, reason in (("grown", found.grown_reason), ("steps", found.steps_reason)):
        if reason:
            notes.append(StatusNote(Status.UNDEFINED.value, f"reconciliation.{name}: {reason}"))
    absent = [line.name for line in found.capitals if ratio(line.capital) is None or ratio(line.rate) is None]
    if absent:
        text = f"reconciliation.capitals of {', '.join(absent)}: there is no such return, or it is 0"
        notes.append(StatusNote(Status.UNDEFINED.value, text))
    return tuple(notes)


def _named_measures(report: VariantReport) -> Iterator[tuple[str, Measure]]:
    for item in report.variants:
        for name in wire.RETURN_NAMES:
            yield f"variants.{item.variant}.{name}", getattr(item.returns, name)


def _variant(item: VariantReturns) -> dict[str, Json]:
    returns: dict[str, Json] = {name: ratio(getattr(item.returns, name).value) for name in wire.RETURN_NAMES}
    return {"description": item.variant.description, "gain": amount(item.gain), "returns": returns}


def _reconciliation(found: Reconciliation) -> dict[str, Json]:
    return {
        "gain": amount(found.gain),
        "capitals": [
            {"name": line.name, "label": line.label, "capital": amount(line.capital), "return": ratio(line.rate)}
            for line in found.capitals
        ],
        "grown": [_line(line) for line in found.grown],
        "steps": [_line(line) for line in found.steps],
    }


def _line(line: MoneyLine) -> dict[str, Json]:
    return {"name": line.name, "label": line.label, "amount": amount(line.amount)}

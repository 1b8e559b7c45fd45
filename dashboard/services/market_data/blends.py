"""Blends of benchmarks: imported from files of weights, and found by the names that they have there."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.db.engine import db
from dashboard.db.repositories import blends as store
from dashboard.db.repositories import instrument_symbols
from dashboard.domain.access import Actor
from dashboard.domain.blends import Blend, Rebalancing, is_blend, weight_set
from dashboard.errors import InvalidInput
from dashboard.providers.files import BenchmarkWeight, MarketFile
from dashboard.results.instruments import FileFault, ImportCounts
from dashboard.services import audit

DEFAULT = Rebalancing.MONTHLY
NAME_LENGTH = 100


def import_blends(actor: Actor, found: MarketFile, filename: str, rebalancing: str | None) -> ImportCounts:
    """Keep the blends of a file in place of those of the same names; one that is wrong is left out with its reason.

    ``rebalancing`` defaults to what the blend of that name has, else to monthly. Raises: InvalidInput.
    """
    if rebalancing is not None and rebalancing not in set(Rebalancing):
        raise InvalidInput(f"{rebalancing} is none of {', '.join(Rebalancing)}.", field="rebalancing")
    faults = [FileFault(error.reason, error.row, error.column) for error in found.errors]
    kept: dict[str, Blend] = {}
    for name in dict.fromkeys(row.benchmark for row in found.benchmarks):
        try:
            kept[name] = _blend(name, [row for row in found.benchmarks if row.benchmark == name], rebalancing)
        except InvalidInput as error:
            faults.append(FileFault(f"{name}: {error.message}", symbol=name))
    changed = [name for name, blend in kept.items() if store.by_name(name) != blend]
    store.replace_all({name: kept[name] for name in changed})
    details: dict[str, str | int | float | bool | None] = {"file": filename, "changed": len(changed)}
    audit.record(actor, "benchmarks.import", object_type="benchmarks", object_id=",".join(kept)[:200], details=details)
    db.session.commit()
    rows = sum(1 for row in found.benchmarks if row.benchmark in kept)
    return ImportCounts(found.kind.value, rows, len(changed), tuple(kept), tuple(faults))


def benchmark_text(text: str | None) -> str | None:
    """What a benchmark is called in figures: the blend that has this name, written out, or the text as it is."""
    if not text or is_blend(text):
        return text
    found = store.by_name(text)
    return text if found is None else found.text


def _blend(name: str, rows: Sequence[BenchmarkWeight], rebalancing: str | None) -> Blend:
    if len(name) > NAME_LENGTH:
        raise InvalidInput(f"The name has {len(name)} characters; {NAME_LENGTH} can be kept.")
    known = store.by_name(name)
    days = sorted({row.start for row in rows})
    former = instrument_symbols.former(db.session, {row.symbol for row in rows})
    sets = [
        weight_set(day, {former.get(row.symbol, row.symbol): float(row.weight) for row in rows if row.start == day})
        for day in days
    ]
    return Blend(tuple(sets), Rebalancing(rebalancing) if rebalancing else known.rebalancing if known else DEFAULT)

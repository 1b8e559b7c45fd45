"""Blends of benchmarks by their names."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import delete, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from dashboard.db.engine import db
from dashboard.db.models import BenchmarkBlend, BenchmarkWeight
from dashboard.domain.blends import Blend, Rebalancing, WeightSet


def by_name(name: str) -> Blend | None:
    """The blend called ``name``; None where there is none."""
    row = db.session.get(BenchmarkBlend, name)
    if row is None:
        return None
    query = select(BenchmarkWeight).where(BenchmarkWeight.benchmark == name)
    sets: dict[object, dict[str, float]] = {}
    found = db.session.scalars(query.order_by(BenchmarkWeight.since, BenchmarkWeight.symbol)).all()
    for one in found:
        sets.setdefault(one.since, {})[one.symbol] = one.weight
    days = dict.fromkeys(one.since for one in found)
    return Blend(tuple(WeightSet(day, sets[day]) for day in days), Rebalancing(row.rebalancing))


def replace_all(blends: Mapping[str, Blend]) -> None:
    """Keep these blends as they are now, in place of what was kept under their names."""
    for name, blend in blends.items():
        rebalancing = blend.rebalancing.value
        kept = upsert(BenchmarkBlend).values(name=name, rebalancing=rebalancing)
        db.session.execute(kept.on_conflict_do_update(index_elements=["name"], set_={"rebalancing": rebalancing}))
        db.session.execute(delete(BenchmarkWeight).where(BenchmarkWeight.benchmark == name))
        rows = [
            {"benchmark": name, "since": one.since, "symbol": symbol, "weight": weight}
            for one in blend.sets
            for symbol, weight in one.weights.items()
        ]
        db.session.execute(insert(BenchmarkWeight), rows)

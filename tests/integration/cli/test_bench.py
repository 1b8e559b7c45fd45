"""``dashboard bench``: one JSON in which every promise of speed stands beside its reference."""

from __future__ import annotations

import json
import subprocess
import sys

from dashboard.domain.transactions import LotMethod


def test_it_prints_one_json_with_the_floor_the_plain_loop_and_a_trade_added() -> None:
    sizes = ("--transactions", "1000", "--instruments", "3", "--years", "1", "--quick")
    done = subprocess.run(
        [sys.executable, "-m", "dashboard.cli", "bench", *sizes], capture_output=True, text=True, check=True
    )
    found = json.loads(done.stdout)
    assert found["matrices"]["times_the_floor"] > 0 and found["matrices"]["at_most"] == 12
    assert set(found["matrices"]["rows_to_arrays_seconds"]) == {"checked", "posted", "lots"}
    assert found["page"]["plain_loop_seconds"] > 0 and found["page"]["at_least"] == 20
    assert found["one_trade"]["today_seconds"] > 0


def test_lots_are_measured_by_every_method_beside_a_bare_loop() -> None:
    sizes = ("--trades", "400")
    done = subprocess.run([sys.executable, "-m", "benchmarks.lots", *sizes], capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert found["trades"] == 400
    for method in LotMethod:
        figures = found[method.value]
        assert isinstance(figures, dict)
        assert {"growing_per_second", "standing_per_second", "time_at_all_to_time_at_a_tenth"} <= set(figures)

"""``dashboard bench``: a small engine measured, and its figures as JSON."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parents[3]


def bench(*words: str, home: Path) -> subprocess.CompletedProcess[str]:
    """Run the command in an empty directory: it finds the source by itself."""
    return subprocess.run(
        [sys.executable, "-m", "dashboard.cli", "bench", *words],
        capture_output=True,
        text=True,
        cwd=home,
        env={"PYTHONPATH": str(HERE), "PATH": "/usr/bin:/bin"},
        timeout=110,
    )


def test_a_small_engine_agrees_with_its_references_and_prints_its_figures(tmp_path: Path) -> None:
    done = bench("--transactions", "2000", "--instruments", "6", "--years", "3", "--quick", home=tmp_path)
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    assert figures["transactions"] == 2000
    assert set(figures["matrices"]) >= {"times_the_floor", "rows_to_arrays_seconds", "peak_mb"}
    assert set(figures["one_trade"]) >= {"today_seconds", "first_day_in_the_largest_instrument_seconds"}
    assert figures["page"]["times_faster"] > 0


def test_fewer_rows_than_say_anything_are_refused(tmp_path: Path) -> None:
    done = bench("--transactions", "5", home=tmp_path)
    assert done.returncode == 2
    assert "--transactions" in done.stderr

"""``dashboard bench``: measure the engine on this machine; the benchmarks come with the source."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click

import dashboard

SOURCE = Path(dashboard.__file__).resolve().parents[1]


@click.command("bench")
@click.option("--transactions", type=click.IntRange(min=1_000), default=100_000, show_default=True, help="Rows.")
@click.option("--instruments", type=click.IntRange(min=2), default=500, show_default=True, help="Instruments.")
@click.option("--years", type=click.IntRange(1, 30), default=20, show_default=True, help="Years of days.")
@click.option("--quick", is_flag=True, help="The engine alone, without other libraries.")
def bench(transactions: int, instruments: int, years: int, quick: bool) -> None:
    """Measure the engine and print the figures as JSON."""
    if not (SOURCE / "benchmarks" / "engine.py").is_file():
        raise click.UsageError("The benchmarks are not installed: run this in a checkout of the source.")
    sizes = {"--transactions": transactions, "--instruments": instruments, "--years": years}
    options = [part for name, value in sizes.items() for part in (name, str(value))]
    command = [sys.executable, "-m", "benchmarks.engine", *options, *(["--quick"] if quick else [])]
    sys.exit(subprocess.run(command, cwd=SOURCE, check=False).returncode)  # noqa: S603  numbers alone

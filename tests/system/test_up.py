"""Everything in one command: started, stopped by one Ctrl-C, killed, and started again with nothing lost."""

from __future__ import annotations

import urllib.request
from pathlib import Path

from tests.system.conftest import Installation, eventually, is_alive

LEDGER = """date,type,symbol,quantity,price,currency,fee,amount
2024-01-02,deposit,,,,USD,,10000
2024-01-03,buy,NWRB,10,80,USD,1,
2024-03-01,buy,SMWX,20,150,USD,1,
"""
REQUEST = """
from dashboard.domain.access import SYSTEM
from dashboard.services import portfolios, reports
portfolio = portfolios.portfolio_by_name(SYSTEM, "kept")
print(reports.request_report(SYSTEM, portfolio.id, "performance", "xlsx").id)
"""
RUNS = "select id::text, state from report_runs order by id"


def test_after_kill_9_of_everything_nothing_that_was_acknowledged_is_lost(
    installation: Installation, tmp_path: Path
) -> None:
    address = installation.up()
    assert urllib.request.urlopen(f"{address}/readyz").status == 200
    ledger = tmp_path / "ledger.csv"
    ledger.write_text(LEDGER)
    installation.run("portfolio", "create", "kept", "--currency", "USD")
    installation.run("import", str(ledger), "--portfolio", "kept")
    first = installation.script(REQUEST)
    eventually(lambda: installation.query(RUNS) == [(first, "done")], "the first report is made")
    acknowledged = installation.script(REQUEST)

    everything = installation.processes()
    installation.kill_everything()
    eventually(lambda: not any(map(is_alive, everything)), "nothing runs any more")

    installation.up()
    assert "NWRB" in installation.run("transactions", "kept", "--json")
    made = [(first, "done"), (acknowledged, "done")]
    eventually(lambda: installation.query(RUNS) == made, "the second report is made after all, once", 90)

    everything = installation.processes()
    assert installation.stop() == 0
    eventually(lambda: not any(map(is_alive, everything)), "one Ctrl-C stops all")

"""Reports of holdings, of transactions and for taxes, and reports as JSON."""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

BEFORE = {"kind": "kind in ('performance')", "format": "format in ('csv', 'xlsx')"}
AFTER = {
    "kind": "kind in ('performance', 'holdings', 'transactions', 'tax')",
    "format": "format in ('csv', 'xlsx', 'json')",
}


def upgrade() -> None:
    """Allow the new kinds and the new format."""
    _allow(AFTER)


def downgrade() -> None:
    """Delete the runs that the schema before does not know."""
    op.execute("delete from report_runs where kind <> 'performance' or format = 'json'")
    _allow(BEFORE)


def _allow(rules: dict[str, str]) -> None:
    for name, rule in rules.items():
        op.drop_constraint(op.f(f"ck_report_runs_{name}"), "report_runs")
        op.create_check_constraint(op.f(f"ck_report_runs_{name}"), "report_runs", rule)

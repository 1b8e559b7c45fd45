"""What checks find wrong with exchange rates: findings are of an instrument or of a pair."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

TABLE = "price_findings"
KINDS = "'scale',{0}'split','dividend','zero','spike','frozen','gap','stale','future','currency','disagreement'"


def upgrade() -> None:
    """Let a finding be of a pair, and know rates that are turned round."""
    op.alter_column(TABLE, "instrument_id", existing_type=sa.BigInteger(), nullable=True)
    op.add_column(TABLE, sa.Column("base", sa.Text(), nullable=True))
    op.add_column(TABLE, sa.Column("quote", sa.Text(), nullable=True))
    op.create_foreign_key(
        op.f("fk_price_findings_base_quote_fx_pairs"),
        TABLE,
        "fx_pairs",
        ["base", "quote"],
        ["base", "quote"],
        ondelete="CASCADE",
    )
    op.create_check_constraint(
        op.f("ck_price_findings_series"),
        TABLE,
        "(instrument_id is null) = (base is not null and quote is not null)",
    )
    _replace_kinds("'inverse',")
    op.drop_index("uq_price_findings_day", TABLE)
    op.create_index(
        "uq_price_findings_day",
        TABLE,
        ["instrument_id", "base", "quote", "date", "kind"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )


def downgrade() -> None:
    """Forget the findings of pairs: what was held back counts again."""
    op.execute("delete from price_findings where instrument_id is null")
    op.drop_index("uq_price_findings_day", TABLE)
    op.create_index("uq_price_findings_day", TABLE, ["instrument_id", "date", "kind"], unique=True)
    _replace_kinds("")
    op.drop_constraint(op.f("ck_price_findings_series"), TABLE)
    op.drop_constraint(op.f("fk_price_findings_base_quote_fx_pairs"), TABLE)
    op.drop_column(TABLE, "quote")
    op.drop_column(TABLE, "base")
    op.alter_column(TABLE, "instrument_id", existing_type=sa.BigInteger(), nullable=False)


def _replace_kinds(more: str) -> None:
    op.drop_constraint(op.f("ck_price_findings_kind"), TABLE)
    op.create_check_constraint(op.f("ck_price_findings_kind"), TABLE, f"kind in ({KINDS.format(more)})")

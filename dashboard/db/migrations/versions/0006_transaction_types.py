"""Every type of transaction, short positions, every lot method, and tags."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

EARLIER_TYPES = "'buy','sell','dividend','interest','fee','tax','deposit','withdrawal','exchange','split'"
TYPES = (
    f"{EARLIER_TYPES},'reinvest','transfer_in','transfer_out','spin_off','merger','symbol_change','return_of_capital',"
    "'staking','airdrop'"
)
REPLACED = {
    "type": f"type in ({EARLIER_TYPES})",
    "not_nan": "'NaN'::numeric not in (quantity, fee, tax, amount, coalesce(price, 0), coalesce(fx_rate, 0),"
    " coalesce(target_amount, 0), coalesce(ratio, 0))",
    "trade": "type not in ('buy','sell') or (quantity > 0 and instrument_id is not null)",
    "dividend": "type <> 'dividend' or instrument_id is not null",
    "split": "(type = 'split') = (ratio is not null)",
    "ratio": "ratio is null or (ratio > 0 and instrument_id is not null)",
    "money": "type not in ('deposit','withdrawal','exchange') or amount > 0",
}
CONSTRAINTS = {
    "type": f"type in ({TYPES})",
    "not_nan": "'NaN'::numeric not in (quantity, fee, tax, amount, coalesce(price, 0), coalesce(fx_rate, 0),"
    " coalesce(target_amount, 0), coalesce(ratio, 0), coalesce(cost_fraction, 0), coalesce(cost, 0), accrued)",
    "units": "not type in ('buy','sell','reinvest','transfer_in','transfer_out','staking','airdrop')"
    " or (quantity > 0 and instrument_id is not null)",
    "of_instrument": "not type in ('dividend','split','spin_off','merger','symbol_change','return_of_capital')"
    " or instrument_id is not null",
    "no_units": "type not in ('spin_off','merger','symbol_change','return_of_capital') or quantity = 0",
    "reinvest": "type <> 'reinvest' or price is not null or amount > 0",
    "ratio_of_type": "case when type in ('split','spin_off') then ratio is not null"
    " when type = 'merger' then (ratio is null) = (target_instrument_id is null)"
    " else ratio is null or type = 'symbol_change' end",
    "ratio": "ratio is null or ratio > 0",
    "target_of_type": "case when type in ('spin_off','symbol_change') then target_instrument_id is not null"
    " when type = 'merger' then target_instrument_id is not null or amount > 0"
    " else target_instrument_id is null end",
    "target_instrument": "target_instrument_id <> instrument_id",
    "cost_fraction_of_type": "(type = 'spin_off') = (cost_fraction is not null)",
    "cost_fraction": "cost_fraction between 0 and 1",
    "transferred": "type in ('transfer_in','transfer_out') or (cost is null and acquired is null)",
    "cost": "cost >= 0",
    "acquired": "acquired <= date",
    "lots_of_type": "type in ('sell','transfer_out') or lot_ids = '{}'",
    "lot_ids": "array_position(lot_ids, null) is null and '' <> all (lot_ids)",
    "accrued": "accrued = 0 or (accrued > 0 and type in ('buy','sell'))",
    "fee_currency": "fee_currency is null or"
    " (fee_currency ~ '^[A-Z]{3,5}$' and fee_currency <> currency and fee > 0)",
    "money": "type not in ('deposit','withdrawal','exchange','return_of_capital') or amount > 0",
}
FURTHER_ROWS = """
delete from transactions
where type in ('reinvest', 'transfer_in', 'transfer_out', 'spin_off', 'merger', 'symbol_change', 'return_of_capital',
               'staking', 'airdrop')
"""
ADDED = ("target_instrument_id", "cost_fraction", "acquired", "cost", "lot_ids", "accrued", "fee_currency")


def upgrade() -> None:
    """Widen the tables; rows that are there keep every value."""
    _add_columns()
    _replace_constraints(REPLACED, CONSTRAINTS)
    op.create_index(
        "ix_transactions_target_instrument_id",
        "transactions",
        ["target_instrument_id", "portfolio_id"],
        postgresql_where=sa.text("target_instrument_id is not null"),
    )
    _set_methods("'fifo', 'lifo', 'hifo', 'average', 'specific'")
    op.add_column(
        "portfolios", sa.Column("allow_shorts", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    _create_tags()


def downgrade() -> None:
    """Narrow the tables again: rows of the further types are lost, and the further methods become FIFO."""
    op.drop_table("portfolio_tags")
    op.drop_column("portfolios", "allow_shorts")
    op.execute("update portfolios set method = 'fifo' where method not in ('fifo', 'average')")
    _set_methods("'fifo', 'average'")
    op.execute(FURTHER_ROWS)
    op.drop_index("ix_transactions_target_instrument_id", table_name="transactions")
    _replace_constraints(CONSTRAINTS, REPLACED)
    for name in ADDED:
        op.drop_column("transactions", name)


def _add_columns() -> None:
    money = sa.Numeric(precision=38, scale=18)
    op.add_column("transactions", sa.Column("target_instrument_id", sa.BigInteger(), nullable=True))
    op.add_column("transactions", sa.Column("cost_fraction", money, nullable=True))
    op.add_column("transactions", sa.Column("acquired", sa.Date(), nullable=True))
    op.add_column("transactions", sa.Column("cost", money, nullable=True))
    op.add_column(
        "transactions",
        sa.Column("lot_ids", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'::text[]"), nullable=False),
    )
    op.add_column("transactions", sa.Column("accrued", money, server_default="0", nullable=False))
    op.add_column("transactions", sa.Column("fee_currency", sa.Text(), nullable=True))
    op.create_foreign_key(
        op.f("fk_transactions_target_instrument_id_instruments"),
        "transactions",
        "instruments",
        ["target_instrument_id"],
        ["id"],
        ondelete="RESTRICT",
    )


def _replace_constraints(dropped: dict[str, str], added: dict[str, str]) -> None:
    for name in dropped:
        op.drop_constraint(op.f(f"ck_transactions_{name}"), "transactions", type_="check")
    for name, condition in added.items():
        op.create_check_constraint(op.f(f"ck_transactions_{name}"), "transactions", condition)


def _set_methods(methods: str) -> None:
    op.drop_constraint(op.f("ck_portfolios_method"), "portfolios", type_="check")
    op.create_check_constraint(op.f("ck_portfolios_method"), "portfolios", f"method in ({methods})")


def _create_tags() -> None:
    op.create_table(
        "portfolio_tags",
        sa.Column("portfolio_id", sa.BigInteger(), nullable=False),
        sa.Column("instrument_id", sa.BigInteger(), nullable=False),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "tag = btrim(tag) and char_length(tag) between 1 and 60", name=op.f("ck_portfolio_tags_tag")
        ),
        sa.ForeignKeyConstraint(
            ["instrument_id"],
            ["instruments.id"],
            name=op.f("fk_portfolio_tags_instrument_id_instruments"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["portfolio_id"],
            ["portfolios.id"],
            name=op.f("fk_portfolio_tags_portfolio_id_portfolios"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("portfolio_id", "instrument_id", "tag", name=op.f("pk_portfolio_tags")),
    )
    op.create_index("ix_portfolio_tags_instrument_id", "portfolio_tags", ["instrument_id"])

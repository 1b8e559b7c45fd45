"""Instruments as people edit them: symbols at providers, earlier names, addresses, what funds hold, delistings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

STATES = {"before": "'unresolved', 'active', 'not_found'", "after": "'unresolved', 'active', 'not_found', 'delisted'"}


def upgrade() -> None:
    """Create the tables and columns."""
    op.add_column("instruments", sa.Column("delisted_on", sa.Date(), nullable=True))
    op.add_column("instruments", sa.Column("stale_after_days", sa.Integer(), nullable=True))
    op.add_column(
        "instruments", sa.Column("edited", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'::text[]"), nullable=False)
    )
    op.add_column("instruments", sa.Column("described_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("instruments", sa.Column("created_by", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_instruments_created_by_users"), "instruments", "users", ["created_by"], ["id"], ondelete="SET NULL"
    )
    _allow_states(STATES["after"])
    op.create_check_constraint(
        op.f("ck_instruments_delisted"), "instruments", "(state = 'delisted') = (delisted_on is not null)"
    )
    op.create_check_constraint(op.f("ck_instruments_stale_after_days"), "instruments", "stale_after_days > 0")
    _create(
        "instrument_symbols",
        ["instrument_id", "provider"],
        _text("provider"),
        _text("symbol"),
        _check("instrument_symbols", "provider", "provider <> ''"),
        _check("instrument_symbols", "symbol", "symbol = btrim(symbol) and symbol <> ''"),
    )
    _create(
        "former_symbols",
        ["symbol"],
        _text("symbol"),
        sa.Column("ended_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        _check("former_symbols", "symbol", "symbol = btrim(symbol) and symbol <> ''"),
    )
    op.create_index("ix_former_symbols_instrument_id", "former_symbols", ["instrument_id"])
    _create(
        "instrument_sources",
        ["instrument_id"],
        *map(_text, ("url", "format", "date_path", "close_path")),
        *(_text(name, default="") for name in ("currency_path", "date_format", "headers")),
        _check("instrument_sources", "format", "format in ('json', 'csv')"),
        _check("instrument_sources", "url", "url ~ '^https?://'"),
        _check("instrument_sources", "paths", "date_path <> '' and close_path <> ''"),
    )
    _create(
        "instrument_holdings",
        ["instrument_id", "kind", "name"],
        *map(_text, ("kind", "name")),
        _text("symbol", default=""),
        sa.Column("weight", sa.Double(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        _check("instrument_holdings", "kind", "kind in ('holding', 'sector')"),
        _check("instrument_holdings", "name", "name <> ''"),
        _check("instrument_holdings", "weight", "weight > 0 and weight <= 1"),
    )


def downgrade() -> None:
    """Drop them: what was delisted is asked for again."""
    for table in ("instrument_holdings", "instrument_sources", "former_symbols", "instrument_symbols"):
        op.drop_table(table)
    for name in ("stale_after_days", "delisted"):
        op.drop_constraint(op.f(f"ck_instruments_{name}"), "instruments")
    op.execute("update instruments set state = 'active' where state = 'delisted'")
    _allow_states(STATES["before"])
    for name in ("created_by", "described_at", "edited", "stale_after_days", "delisted_on"):
        op.drop_column("instruments", name)


def _allow_states(states: str) -> None:
    op.drop_constraint(op.f("ck_instruments_state"), "instruments")
    op.create_check_constraint(op.f("ck_instruments_state"), "instruments", f"state in ({states})")


def _create(table: str, key: list[str], *parts: sa.schema.SchemaItem) -> None:
    """A table of instruments' own, with what goes when its instrument does."""
    op.create_table(
        table,
        sa.Column("instrument_id", sa.BigInteger(), nullable=False),
        *parts,
        sa.ForeignKeyConstraint(
            ["instrument_id"],
            ["instruments.id"],
            name=op.f(f"fk_{table}_instrument_id_instruments"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(*key, name=op.f(f"pk_{table}")),
    )


def _text(name: str, *, default: str | None = None) -> sa.schema.SchemaItem:
    return sa.Column(name, sa.Text(), server_default=default, nullable=False)


def _check(table: str, name: str, rule: str) -> sa.schema.SchemaItem:
    return sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}"))

"""Corporate actions and a portfolio: its rules, what is withheld, what was decided, and how many wait."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from dashboard.db.models.base import Base, CreatedAt, Key, Money, OfInstrument, OfPortfolio, account_of_portfolio

ACTION_KIND = "kind in ('dividend', 'split')"


class ActionDecision(Base):
    """What was decided about one corporate action of one position; ``amount`` is what was proposed then.

    An accepted one names the row that it booked. Where that was deleted since, the decision is open again, and stays
    known so that no rule books it anew.
    """

    __tablename__ = "action_decisions"
    __table_args__ = (
        account_of_portfolio(),
        CheckConstraint(ACTION_KIND, name="kind"),
        CheckConstraint("decision in ('accepted', 'dismissed')", name="decision"),
        CheckConstraint("decision = 'accepted' or transaction_id is null", name="row_of_accepted"),
        CheckConstraint("currency ~ '^[A-Z]{3,5}$'", name="currency"),
        CheckConstraint("amount <> 'NaN'::numeric", name="amount"),
        Index(
            "uq_action_decisions_action",
            "portfolio_id",
            "account_id",
            "instrument_id",
            "kind",
            "date",
            "currency",
            unique=True,
        ),
        Index("uq_action_decisions_transaction_id", "transaction_id", unique=True),
        Index("ix_action_decisions_instrument_id", "instrument_id"),
        Index("ix_action_decisions_account_id", "account_id"),
    )

    id: Mapped[Key]
    portfolio_id: Mapped[OfPortfolio]
    account_id: Mapped[int] = mapped_column(BigInteger)
    instrument_id: Mapped[OfInstrument]
    kind: Mapped[str] = mapped_column(Text)
    date: Mapped[dt.date] = mapped_column(Date)
    currency: Mapped[str] = mapped_column(Text)
    decision: Mapped[str] = mapped_column(Text)
    amount: Mapped[Money]
    transaction_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("transactions.id", ondelete="SET NULL"))
    decided_by: Mapped[str] = mapped_column(Text, server_default="")
    decided_at: Mapped[CreatedAt]


class PortfolioActionRule(Base):
    """What a portfolio does with corporate actions of a kind: of one instrument, or of all that have no rule."""

    __tablename__ = "action_rules"
    __table_args__ = (
        CheckConstraint(ACTION_KIND, name="kind"),
        CheckConstraint("rule in ('ask', 'accept', 'ignore')", name="rule"),
        CheckConstraint("kind = 'dividend' or not reinvest", name="reinvest"),
        Index(
            "uq_action_rules_of",
            "portfolio_id",
            "instrument_id",
            "kind",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
        Index("ix_action_rules_instrument_id", "instrument_id"),
    )

    id: Mapped[Key]
    portfolio_id: Mapped[OfPortfolio]
    instrument_id: Mapped[OfInstrument | None]
    kind: Mapped[str] = mapped_column(Text)
    rule: Mapped[str] = mapped_column(Text)
    reinvest: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))


class WithholdingRate(Base):
    """The share of a dividend that is withheld: of a country's instruments ("": any), in an account (null: every)."""

    __tablename__ = "withholding_rates"
    __table_args__ = (
        account_of_portfolio(),
        CheckConstraint("rate between 0 and 1", name="rate"),
        CheckConstraint("country = btrim(country) and country = lower(country)", name="country"),
        Index(
            "uq_withholding_rates_of",
            "portfolio_id",
            "account_id",
            "country",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
        Index("ix_withholding_rates_account_id", "account_id"),
    )

    id: Mapped[Key]
    portfolio_id: Mapped[OfPortfolio]
    account_id: Mapped[int | None] = mapped_column(BigInteger)
    country: Mapped[str] = mapped_column(Text, server_default="")
    rate: Mapped[Decimal] = mapped_column(Numeric(9, 8))


class ActionCount(Base):
    """How many proposals waited when they were last counted, and how many of them differ from what is booked."""

    __tablename__ = "action_counts"
    __table_args__ = (CheckConstraint("waiting >= 0 and differing >= 0", name="counts"),)

    portfolio_id: Mapped[OfPortfolio] = mapped_column(primary_key=True)
    waiting: Mapped[int] = mapped_column(Integer)
    differing: Mapped[int] = mapped_column(Integer)
    counted_at: Mapped[CreatedAt]

"""How Alembic runs here: on the connection, and in the transaction, of ``dashboard.db.schema``."""

from __future__ import annotations

from alembic import context

from dashboard.db.models import Base

context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata)
context.run_migrations()

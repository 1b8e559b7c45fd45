"""Whether the installation can serve: the database, Redis and the schema, each by itself."""

from __future__ import annotations

import redis
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from dashboard.db import schema
from dashboard.db.engine import db
from dashboard.errors import DashboardError
from dashboard.observability.metrics import READY
from dashboard.results.accounts import Readiness
from dashboard.runtime import redis_client


def readiness() -> Readiness:
    """What is ready and what is not; never raises for a service that is down."""
    database, migrations = _database()
    answer = Readiness(database=database, redis=_redis(), migrations=migrations)
    for service in ("database", "redis", "migrations"):
        READY.labels(service).set(0 if getattr(answer, service) else 1)
    return answer


def _database() -> tuple[str, str]:
    try:
        revision = db.session.scalar(text("select version_num from alembic_version"))
    except SQLAlchemyError as error:
        db.session.rollback()
        if "alembic_version" in str(error):
            return "", "the database has no tables yet"
        return "does not answer", "unknown while the database does not answer"
    finally:
        db.session.rollback()
    head = schema.head_revision()
    return "", "" if revision == head else f"at {revision}, this version needs {head}"


def _redis() -> str:
    try:
        redis_client().ping()
    except (redis.RedisError, OSError, DashboardError):
        return "does not answer"
    return ""

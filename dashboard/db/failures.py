"""What a database raises when it does not answer; layers above tell it from a fault of their own with these names."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

__all__ = ["DBAPIError", "OperationalError", "PoolTimeout"]

"""Results that were computed once: in this process, and in Redis for all others.

A result is kept under the versions of everything that it was made of, so that an old one is never found again, and
nothing is lost when Redis is.
"""

from __future__ import annotations

import json
import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Generic, TypeVar, cast

import structlog
from pydantic import ConfigDict, TypeAdapter
from redis import RedisError

from dashboard.redis_store import key
from dashboard.runtime import redis_client

T = TypeVar("T")
log = structlog.get_logger(__name__)
SHARED_SECONDS = 24 * 3600
FORM = "2"
"""Changes with what a result is made of, so that a newer version of the product never finds an older one's."""


class Memo(Generic[T]):
    """The last ``size`` results of this process, by key; safe among threads."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._kept: OrderedDict[str, T] = OrderedDict()
        self._lock = threading.Lock()
        _all.add(self)

    def clear(self) -> None:
        """Forget every result."""
        with self._lock:
            self._kept.clear()

    def get(self, name: str, compute: Callable[[], T]) -> T:
        """The result under ``name``, computed if it is not here."""
        known = self.peek(name)
        if known is not None:
            return known
        found = compute()
        self.put(name, found)
        return found

    def peek(self, name: str) -> T | None:
        """The result under ``name`` if it is here."""
        with self._lock:
            if name not in self._kept:
                return None
            self._kept.move_to_end(name)
            return self._kept[name]

    def put(self, name: str, found: T) -> None:
        """Keep a result, and forget the one that was least asked for where there are too many."""
        with self._lock:
            self._kept[name] = found
            self._kept.move_to_end(name)
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)


_all: weakref.WeakSet[Memo[Any]] = weakref.WeakSet()  # Any: memos of every kind


def forget_all() -> None:
    """Forget what every memo of this process keeps; what Redis keeps stays."""
    for memo in list(_all):
        memo.clear()


class SharedMemo(Generic[T]):
    """A :class:`Memo` that also keeps its results in Redis, as JSON."""

    def __init__(self, name: str, result_type: type[T], size: int) -> None:
        self._name = name
        # In a tuple, since a dataclass takes no configuration from outside: a decimal that is not known is NaN too.
        alone = cast(type[tuple[T]], tuple[result_type])  # type: ignore[valid-type]
        self._adapter: TypeAdapter[tuple[T]] = TypeAdapter(alone, config=ConfigDict(allow_inf_nan=True))
        self._memo: Memo[T] = Memo(size)

    def get(self, name: str, compute: Callable[[], T]) -> T:
        """The result under ``name``, from this process, from Redis, or computed."""
        return self._memo.get(name, lambda: self._shared(name, compute))

    def _shared(self, name: str, compute: Callable[[], T]) -> T:
        where = key("memo", FORM, self._name, name)
        try:
            stored = redis_client().get(where)
        except RedisError as error:
            log.warning("memo.redis_unavailable", reason=str(error))
            return compute()
        if isinstance(stored, bytes):
            return self._adapter.validate_python((json.loads(stored),))[0]
        found = compute()
        try:
            # json, not pydantic's own writer: a value that is not known is NaN, and must come back as NaN.
            data = json.dumps(self._adapter.dump_python((found,), mode="json")[0])
            redis_client().set(where, data, ex=SHARED_SECONDS)
        except RedisError as error:
            log.warning("memo.redis_unavailable", reason=str(error))
        return found

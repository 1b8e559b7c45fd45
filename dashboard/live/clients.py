"""One open stream: a mailbox of one slot an event, so that a slow client gets the latest and never a backlog."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import orjson
from gevent.event import Event

from dashboard.redis_store import Json

HEARTBEAT_SECONDS = 15.0
RETRY_MILLISECONDS = 2000


@dataclass(slots=True, eq=False)
class Client:
    """A browser tab that listens; ``token`` is its session's."""

    token: str
    _slots: dict[str, tuple[int, Json]] = field(default_factory=dict)
    _ready: Event = field(default_factory=Event)
    _closed: bool = False

    def put(self, event: str, number: int, data: Json) -> None:
        """Leave the newest ``data`` of ``event``; what the client has not fetched yet is replaced."""
        self._slots[event] = (number, data)
        self._ready.set()

    def close(self) -> None:
        """End the stream after what is in the slots."""
        self._closed = True
        self._ready.set()

    def frames(self) -> Iterator[bytes]:
        """The stream as bytes: a retry hint, then events as they come, a comment when there is nothing to say."""
        yield f"retry: {RETRY_MILLISECONDS}\n\n".encode()
        while True:
            if not self._ready.wait(HEARTBEAT_SECONDS):
                yield b": still here\n\n"
                continue
            self._ready.clear()
            slots, self._slots = self._slots, {}
            for event, (number, data) in slots.items():
                yield b"id: %d\nevent: %s\ndata: %s\n\n" % (number, event.encode(), orjson.dumps(data))
            if self._closed:
                return

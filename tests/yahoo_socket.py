"""A WebSocket server that streams prices as Yahoo does, or as badly as a test tells it to."""

from __future__ import annotations

import base64
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.sync.server import ServerConnection, serve
from yfinance.pricing_pb2 import PricingData


def pricing(symbol: str, price: float, **fields: object) -> str:
    """A message with a price of a moment ago, in the exchange's regular hours; fields are the buffer's own."""
    known = {"time": int(datetime.now(UTC).timestamp() * 1000), "market_hours": 1, **fields}
    data = PricingData(id=symbol, price=price, **known)
    return json.dumps({"type": "pricing", "message": base64.b64encode(data.SerializeToString()).decode()})


@dataclass
class YahooSocket:
    """What clients have subscribed to, and a way to tell them prices."""

    address: str = ""
    refuses: bool = False
    connections: list[ServerConnection] = field(default_factory=list)
    heard: list[dict[str, list[str]]] = field(default_factory=list)
    subscribed: set[str] = field(default_factory=set)

    def tell(self, *messages: str | bytes) -> None:
        """Send these to whoever is connected now."""
        for connection in list(self.connections):
            for message in messages:
                connection.send(message)

    def drop(self) -> None:
        """Cut every connection off, without a word."""
        dropped, self.connections = self.connections, []
        self.subscribed = set()
        for connection in dropped:
            with suppress(OSError):  # it may have gone by itself
                connection.socket.shutdown(socket.SHUT_RDWR)

    def _handle(self, connection: ServerConnection) -> None:
        self.connections.append(connection)
        self.subscribed = set()
        try:
            for message in connection:
                wish = json.loads(message)
                self.heard.append(wish)
                self.subscribed |= set(wish.get("subscribe", []))
                self.subscribed -= set(wish.get("unsubscribe", []))
        except (ConnectionClosed, OSError):
            pass
        finally:
            self.connections = [other for other in self.connections if other is not connection]

    def _answer(self, connection: ServerConnection, _request: Request) -> Response | None:
        return connection.respond(503, "<html>Service unavailable</html>") if self.refuses else None


@contextmanager
def yahoo_socket() -> Iterator[YahooSocket]:
    """A server on a free port of the loopback interface."""
    found = YahooSocket()
    with serve(found._handle, "127.0.0.1", 0, process_request=found._answer, close_timeout=0.2) as server:
        found.address = f"ws://127.0.0.1:{server.socket.getsockname()[1]}/?version=2"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield found
        finally:
            found.drop()
            server.shutdown()
            thread.join(timeout=10)

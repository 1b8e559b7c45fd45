"""The embedded Valkey, which speaks Redis' protocol: append-only and on a unix socket."""

from __future__ import annotations

import signal
import socket
from urllib.parse import quote

from dashboard.embedded.layout import Layout
from dashboard.embedded.process import Supervised
from dashboard.embedded.programs import valkey_program

SOCKET = "valkey.sock"
SETTINGS = {
    "port": "0",
    "unixsocket": SOCKET,
    "unixsocketperm": "700",
    "daemonize": "no",
    "appendonly": "yes",
    # "everysec" may hold a write back for two seconds behind a slow fsync, after it was acknowledged.
    "appendfsync": "always",
    "save": "",
    "databases": "64",
    "maxmemory-policy": "noeviction",
}


class Valkey(Supervised):
    """Valkey in ``embedded/valkey``, on a socket in that same directory."""

    title = "Redis (Valkey)"
    gentle_signal = signal.SIGTERM

    def __init__(self, layout: Layout) -> None:
        super().__init__(layout, "valkey")
        self.socket = layout.sockets / "valkey" / SOCKET

    def address(self, database: int = 0) -> str:
        """The redis-py address of a numbered database."""
        return f"unix://{quote(str(self.socket), safe='/')}?db={database}"

    def ensure(self) -> None:
        """Start it unless it runs. Raises: EmbeddedServiceError."""
        if self.survives():
            return
        if not self.data.is_dir():
            self.data.mkdir(mode=0o700)
            self.layout.run_as.own(self.data)
        (self.data / SOCKET).unlink(missing_ok=True)
        arguments = [part for name, value in SETTINGS.items() for part in (f"--{name}", value)]
        self.launch(valkey_program(self.layout.run_as), arguments)

    def answers(self) -> bool:
        """Whether it answers a PING now; not while it still reads its file."""
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
                client.settimeout(5.0)
                client.connect(str(self.socket))
                client.sendall(b"PING\r\n")
                return client.recv(16).startswith(b"+PONG")
        except OSError:
            return False

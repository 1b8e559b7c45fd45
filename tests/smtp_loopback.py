"""Mail servers on the loopback interface: one that takes mail, and ones that misbehave."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP as MAIL
from typing import Any  # Any: aiosmtpd's own types are not exported

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass
class Inbox:
    """What has arrived, and what is answered to a recipient and to the mail itself."""

    address: str = ""
    to_recipient: str = "250 OK"
    to_mail: str = "250 OK"
    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802  # the name that aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take the recipient, or not."""
        if self.to_recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.to_recipient

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take the mail, or not."""
        content = envelope.content
        assert isinstance(content, bytes)
        if self.to_mail.startswith("250"):
            mail: Any = message_from_bytes(content, policy=MAIL)
            self.mails.append(mail)
            self.recipients.append(list(envelope.rcpt_tos))
        return self.to_mail


class AnyPort(Controller):
    """A controller on a port that the system has chosen."""

    def _trigger_server(self) -> None:
        server: Any = self.server
        self.port = server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]  # aiosmtpd's own


@contextmanager
def inbox() -> Iterator[Inbox]:
    """A server that takes mail."""
    handler = Inbox()
    controller = AnyPort(handler, hostname="127.0.0.1", port=0)
    controller.start()
    handler.address = f"smtp://127.0.0.1:{controller.port}?tls=none&timeout=10"
    try:
        yield handler
    finally:
        controller.stop()


@contextmanager
def misbehaving(behave: Callable[[socket.socket], None], *, timeout_seconds: float = 10.0) -> Iterator[str]:
    """A server that does ``behave`` with each connection; its address."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection:
                behave(connection)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"smtp://127.0.0.1:{listening.getsockname()[1]}?tls=none&timeout={timeout_seconds}"
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join(timeout=10)


def silent(connection: socket.socket) -> None:
    """Say nothing until the other side gives up."""
    connection.recv(1)


def hanging_up_in_the_mail(connection: socket.socket) -> None:
    """Speak SMTP up to the mail itself, take a part of it, and hang up."""
    reader = connection.makefile("rb")
    connection.sendall(b"220 loopback\r\n")
    for line in reader:
        word = line[:4].upper()
        connection.sendall({b"EHLO": b"250 loopback\r\n", b"DATA": b"354 go on\r\n"}.get(word, b"250 OK\r\n"))
        if word == b"DATA":
            reader.readline()
            return

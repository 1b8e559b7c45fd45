"""Mail by SMTP: one connection a message, a timeout on every answer, header values that cannot begin another header."""

from __future__ import annotations

import hashlib
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import localtime, parseaddr
from urllib.parse import parse_qs, unquote, urlsplit

from dashboard.errors import NotificationRefused, NotificationUnavailable
from dashboard.notifications.base import Delivery, Message
from dashboard.settings import SMTP_TLS

TIMEOUT_SECONDS = 15.0
LONGEST_HEADER = 300
PORTS = {"starttls": 587, "tls": 465, "none": 25}


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where mail is handed over, as ``smtp://user:password@host:port?tls=starttls|tls|none&timeout=15`` says it."""

    host: str
    port: int
    tls: str
    user: str
    password: str
    timeout_seconds: float

    @classmethod
    def parse(cls, url: str) -> SmtpServer:
        """Read an address that the settings have checked; ``smtps://`` means ``tls=tls``."""
        parts = urlsplit(url)
        query = parse_qs(parts.query)
        tls = query.get("tls", ["tls" if parts.scheme == "smtps" else SMTP_TLS[0]])[0]
        return cls(
            host=parts.hostname or "localhost",
            port=parts.port or PORTS[tls],
            tls=tls,
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            timeout_seconds=float(query.get("timeout", [str(TIMEOUT_SECONDS)])[0]),
        )


class EmailNotifier:
    """Mail through one SMTP server, from one address."""

    is_on = True

    def __init__(self, url: str, sender: str) -> None:
        self._server = SmtpServer.parse(url)
        self._sender = cleaned(sender)

    def send(self, message: Message) -> Delivery:
        """Hand ``message`` to the server. Raises: NotificationUnavailable, NotificationRefused."""
        mail = compose(message, self._sender)
        with _named_failures(self._server.host):
            connection = self._connect()
            try:
                connection.send_message(mail)
            finally:
                with suppress(smtplib.SMTPException, OSError):
                    connection.quit()  # what was accepted stays accepted, whatever the farewell is
        return Delivery.SENT

    def _connect(self) -> smtplib.SMTP:
        server = self._server
        if server.tls == "tls":
            context = ssl.create_default_context()
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, timeout=server.timeout_seconds, context=context
            )
        else:
            connection = smtplib.SMTP(server.host, server.port, timeout=server.timeout_seconds)
        try:
            if server.tls == "starttls":
                connection.starttls(context=ssl.create_default_context())
            if server.user:
                connection.login(server.user, server.password)
        except BaseException:
            connection.close()
            raise
        return connection


def compose(message: Message, sender: str) -> EmailMessage:
    """The mail that ``message`` becomes: plain text, HTML and files. Raises: NotificationRefused for a bad address."""
    mail = EmailMessage(policy=SMTP)
    try:
        mail["From"] = _address(sender)
        mail["To"] = _bare_address(message.recipient)
    except (ValueError, IndexError, MessageError) as error:
        raise NotificationRefused(f"{cleaned(message.recipient)} is no address that mail can be sent to.") from error
    mail["Subject"] = cleaned(message.subject)
    mail["Date"] = localtime()
    mail["Message-ID"] = message_id(message.key, sender)
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.text)
    mail.add_alternative(message.html, subtype="html")
    for file in message.attachments:
        main, _, rest = file.media_type.partition(";")[0].partition("/")
        mail.add_attachment(file.content, maintype=main, subtype=rest, filename=cleaned(file.filename))
    return mail


def message_id(key: str, sender: str) -> str:
    """The Message-ID of everything that is sent under ``key``: the same each time."""
    domain = _address(sender).domain or "localhost"
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{domain}>"


def cleaned(value: str) -> str:
    """``value`` as one line of a header: no CR, LF or other character that steers."""
    return " ".join("".join(part if part.isprintable() else " " for part in value).split())[:LONGEST_HEADER]


def _address(text: str) -> Address:
    """The address in angle brackets with the name before it, or a bare one; Pythons parse odd names differently."""
    name, bracket, address = cleaned(text).rpartition("<")
    if not bracket:
        return Address(addr_spec=address)
    return Address(display_name=name.strip().strip('"'), addr_spec=address.removesuffix(">"))


def _bare_address(text: str) -> Address:
    """One address and nothing beside it. Raises: ValueError, MessageError."""
    # Older Pythons take an address with line ends in it for one.
    if cleaned(text) != text or parseaddr(text)[1] != text:
        raise ValueError("not a bare address")
    return Address(addr_spec=text)


@contextmanager
def _named_failures(host: str) -> Iterator[None]:
    """Turn everything that a mail server can do to us into one of two named failures."""
    try:
        yield
    except smtplib.SMTPRecipientsRefused as error:
        code, reply = next(iter(error.recipients.values()))
        raise _answered(host, code, reply) from error
    except smtplib.SMTPAuthenticationError as error:
        raise NotificationUnavailable(f"The mail server {host} does not take our password.") from error
    except smtplib.SMTPNotSupportedError as error:
        raise NotificationRefused(f"The mail server {host} cannot do what is needed: {cleaned(str(error))}") from error
    except smtplib.SMTPResponseException as error:
        raise _answered(host, error.smtp_code, error.smtp_error) from error
    except (smtplib.SMTPException, OSError) as error:
        # smtplib tells of a timeout by words alone, within an error of another name.
        reason = "does not answer in time" if "timed out" in str(error) else "cannot be reached, or hung up"
        raise NotificationUnavailable(f"The mail server {host} {reason}.") from error


def _answered(host: str, code: int, reply: bytes | str) -> NotificationRefused | NotificationUnavailable:
    """A server's own no: 5xx is for good, everything else may pass."""
    words = cleaned(reply.decode(errors="replace") if isinstance(reply, bytes) else reply)
    kind = NotificationRefused if 500 <= code < 600 else NotificationUnavailable
    return kind(f"The mail server {host} answered: {code} {words}")

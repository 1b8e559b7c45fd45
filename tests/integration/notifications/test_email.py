"""Mail as a server gets it, and what a server can do to us."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from dashboard.errors import NotificationRefused, NotificationUnavailable, SettingsError
from dashboard.notifications import notifier_for
from dashboard.notifications.base import Attachment, Delivery, Message
from dashboard.notifications.email import EmailNotifier, SmtpServer, compose, message_id
from dashboard.settings import Settings
from tests.smtp_loopback import Inbox, hanging_up_in_the_mail, inbox, misbehaving, silent

FROM = "Basis <basis@example.org>"
HELLO = Message(
    key="report 7",
    recipient="owner@example.org",
    subject="Ready – naïve",
    text="It is ready.",
    html="<p>It is ready.</p>",
    attachments=(Attachment("r.csv", "text/csv; charset=utf-8", b"a,b\r\n1,2\r\n"),),
)


@pytest.fixture
def server() -> Iterator[Inbox]:
    """A server that takes mail."""
    with inbox() as running:
        yield running


def test_a_mail_arrives_as_text_as_html_and_with_its_file(server: Inbox) -> None:
    assert EmailNotifier(server.address, FROM).send(HELLO) is Delivery.SENT
    (mail,) = server.mails
    assert (mail["From"], mail["To"], mail["Subject"]) == (FROM, HELLO.recipient, HELLO.subject)
    assert mail["Auto-Submitted"] == "auto-generated"
    assert server.recipients == [[HELLO.recipient]]
    text, html = (mail.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert html is not None
    assert text.get_content().strip() == HELLO.text
    assert html.get_content().strip() == HELLO.html
    (file,) = mail.iter_attachments()
    assert (file.get_filename(), file.get_content_type()) == ("r.csv", "text/csv")
    assert file.get_payload(decode=True) == HELLO.attachments[0].content


def test_a_mail_that_is_sent_again_has_the_same_message_id_and_another_has_another(server: Inbox) -> None:
    notifier = EmailNotifier(server.address, FROM)
    notifier.send(HELLO)
    notifier.send(HELLO)
    first, second = (mail["Message-ID"] for mail in server.mails)
    assert first == second == message_id(HELLO.key, FROM)
    assert first.endswith("@example.org>")
    assert message_id("report 8", FROM) != first


@pytest.mark.parametrize(
    "evil", ["\r\nBcc: spy@example.net", "\nBcc: spy@example.net", "\rBcc: spy@example.net", "\u2028Bcc: x"]
)
def test_no_value_can_begin_another_header_or_add_a_recipient(server: Inbox, evil: str) -> None:
    message = Message(
        "k", "owner@example.org", f"Ready{evil}", "t", "h", (Attachment(f"r{evil}.csv", "text/csv", b"x"),)
    )
    EmailNotifier(server.address, f"Basis{evil} <basis@example.org>").send(message)
    (mail,) = server.mails
    assert mail["Bcc"] is None
    assert server.recipients == [["owner@example.org"]]
    assert all("\n" not in str(value) and "\r" not in str(value) for value in mail.values())
    with pytest.raises(NotificationRefused):
        compose(Message("k", f"owner@example.org{evil}", "s", "t", "h"), FROM)


@pytest.mark.parametrize("recipient", ["", "nobody", "a@b@c", "x@", "@x"])
def test_what_is_no_address_is_refused_before_a_server_is_asked(recipient: str) -> None:
    with pytest.raises(NotificationRefused):
        EmailNotifier("smtp://127.0.0.1:1?tls=none", FROM).send(Message("k", recipient, "s", "t", "h"))


def test_a_server_that_refuses_for_good_is_told_apart_from_one_that_is_busy(server: Inbox) -> None:
    notifier = EmailNotifier(server.address, FROM)
    server.to_recipient = "550 No such user"
    with pytest.raises(NotificationRefused, match="550 No such user"):
        notifier.send(HELLO)
    server.to_recipient = "450 Greylisted"
    with pytest.raises(NotificationUnavailable, match="450 Greylisted"):
        notifier.send(HELLO)
    server.to_recipient, server.to_mail = "250 OK", "452 No space"
    with pytest.raises(NotificationUnavailable, match="452"):
        notifier.send(HELLO)
    server.to_mail = "554 Looks like spam"
    with pytest.raises(NotificationRefused, match="554"):
        notifier.send(HELLO)
    assert server.mails == []


def test_a_server_that_hangs_is_given_up() -> None:
    with misbehaving(silent, timeout_seconds=0.2) as address, pytest.raises(NotificationUnavailable, match="in time"):
        EmailNotifier(address, FROM).send(HELLO)


def test_a_server_that_hangs_up_in_the_middle_has_not_taken_the_mail() -> None:
    with misbehaving(hanging_up_in_the_mail) as address, pytest.raises(NotificationUnavailable):
        EmailNotifier(address, FROM).send(HELLO)


def test_a_server_that_is_not_there_may_be_there_later() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    with pytest.raises(NotificationUnavailable):
        EmailNotifier(f"smtp://127.0.0.1:{port}?tls=none", FROM).send(HELLO)


def test_a_server_without_tls_gets_neither_password_nor_mail_where_tls_is_asked_for(server: Inbox) -> None:
    address = server.address.replace("smtp://", "smtp://user:secret@").replace("tls=none", "tls=starttls")
    with pytest.raises(NotificationRefused) as refused:
        EmailNotifier(address, FROM).send(HELLO)
    assert "secret" not in str(refused.value)
    assert server.mails == []


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example.org", ("mail.example.org", 587, "starttls")),
        ("smtp://mail.example.org?tls=none", ("mail.example.org", 25, "none")),
        ("smtps://mail.example.org", ("mail.example.org", 465, "tls")),
        ("smtp://mail.example.org:2525?tls=tls", ("mail.example.org", 2525, "tls")),
    ],
)
def test_an_address_says_host_port_and_tls(url: str, expected: tuple[str, int, str]) -> None:
    server = SmtpServer.parse(url)
    assert (server.host, server.port, server.tls) == expected


def test_user_and_password_may_have_any_character() -> None:
    server = SmtpServer.parse("smtp://me%40example.org:p%2Fw%23@mail.example.org")
    assert (server.user, server.password) == ("me@example.org", "p/w#")


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"smtp_url": "smtp://h"}, "MAIL_FROM"),
        ({"smtp_url": "smtp://h?tls=maybe", "mail_from": FROM}, "SMTP_URL: tls"),
        ({"smtp_url": "smtp://h?timeout=soon", "mail_from": FROM}, "SMTP_URL: timeout"),
        ({"smtp_url": "http://h", "mail_from": FROM}, "SMTP_URL"),
        ({"smtp_url": "smtp://", "mail_from": FROM}, "SMTP_URL"),
        ({"smtp_url": "smtp://user:top#secret@h", "mail_from": FROM}, "SMTP_URL"),
        ({"smtp_url": "smtp://h", "mail_from": "nobody"}, "MAIL_FROM"),
    ],
)
def test_wrong_settings_of_mail_stop_the_start_and_show_no_secret(values: dict[str, str], fault: str) -> None:
    with pytest.raises(SettingsError, match=fault) as refused:
        Settings.build(**values)
    assert "secret" not in str(refused.value)


def test_without_a_server_nothing_is_sent_and_it_says_so() -> None:
    notifier = notifier_for(Settings.build())
    assert not notifier.is_on
    assert notifier.send(HELLO) is Delivery.OFF
    assert notifier_for(Settings.build(smtp_url="smtp://h", mail_from=FROM)).is_on

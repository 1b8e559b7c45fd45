"""What every way of telling people something takes, answers and raises."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Delivery(StrEnum):
    """What became of a message that nobody refused."""

    SENT = "sent"
    OFF = "off"
    """This installation sends none."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a message."""

    filename: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Message:
    """A message to one person. One that is sent again has the same ``key``, so that its receiver can tell."""

    key: str
    recipient: str
    subject: str
    text: str
    html: str
    attachments: tuple[Attachment, ...] = ()


class Notifier(Protocol):
    """A way to tell people something.

    ``send`` raises NotificationUnavailable where trying again may help, NotificationRefused where it cannot, and
    nothing else: every foreign exception becomes one of the two.
    """

    @property
    def is_on(self) -> bool:
        """Whether it sends at all."""

    def send(self, message: Message) -> Delivery:
        """Hand ``message`` over. Raises: NotificationUnavailable, NotificationRefused."""

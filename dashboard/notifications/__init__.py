"""Messages to people: what sends them, chosen by the settings."""

from __future__ import annotations

from dashboard.notifications.base import Notifier
from dashboard.notifications.email import EmailNotifier
from dashboard.notifications.null import NullNotifier
from dashboard.settings import Settings

__all__ = ["Notifier", "notifier_for"]


def notifier_for(settings: Settings) -> Notifier:
    """What sends an installation's mail; without ``SMTP_URL`` nothing is sent, and it says so."""
    if settings.smtp_url is None or settings.mail_from is None:
        return NullNotifier()
    return EmailNotifier(settings.smtp_url.get_secret_value(), settings.mail_from)

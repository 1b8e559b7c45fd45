"""No mail server: nothing is sent, and it says so."""

from __future__ import annotations

import structlog

from dashboard.notifications.base import Delivery, Message

logger = structlog.get_logger(__name__)


class NullNotifier:
    """What an installation without ``SMTP_URL`` has in the place of mail."""

    is_on = False

    def send(self, message: Message) -> Delivery:
        """Send nothing, and say so."""
        logger.info(
            "mail.off", message="No mail server is set (SMTP_URL, MAIL_FROM): nothing was sent.", key=message.key
        )
        return Delivery.OFF

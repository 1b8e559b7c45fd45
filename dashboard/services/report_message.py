"""The words of the mail with a finished report, as plain text and as HTML."""

from __future__ import annotations

from html import escape

from dashboard.db.repositories.report_mail import ClaimedMail
from dashboard.formatting import dates
from dashboard.notifications.base import Attachment, Message
from dashboard.results.reports import ReportFile

LARGEST_ATTACHMENT = 7 * 1024 * 1024
HTML = """\
<!doctype html>
<html lang="en"><body style="margin:0;padding:24px;background:#f6f7f9">
<div style="max-width:520px;margin:0 auto;padding:24px;background:#fff;border:1px solid #e1e4ea;border-radius:10px;\
font:14px/1.5 system-ui,-apple-system,'Segoe UI',sans-serif;color:#151922">
<p style="margin:0 0 4px;font-size:16px;font-weight:600">{title}</p>
<p style="margin:0 0 16px;color:#485062">{period}</p>
<p style="margin:0 0 16px">{where}</p>
<p style="margin:0 0 20px"><a href="{link}" style="display:inline-block;padding:8px 14px;border-radius:6px;\
background:#4450cf;color:#fff;text-decoration:none">Download the report</a></p>
<p style="margin:0;font-size:12px;color:#646c7e">{why}</p>
</div></body></html>
"""


def message(mail: ClaimedMail, file: ReportFile, recipient: str, base_url: str) -> Message:
    """The mail with ``file``, or with a link to it where it is too large for mail."""
    attached = len(file.content) <= LARGEST_ATTACHMENT
    link = f"{base_url}/reports/runs/{mail.run_id}/file"
    title = f"The {mail.kind.value} report of {mail.portfolio_name} is ready"
    period = _period(mail)
    where = f"It is attached: {file.filename}." if attached else "It is too large for mail. Sign in to download it."
    why = "You get this mail because you asked for it when you created the report."
    text = f"{title}.\n\n{period}\n\n{where}\n\nDownload it: {link}\n\n{why}\n"
    parts = {"title": title, "period": period, "where": where, "link": link, "why": why}
    return Message(
        key=f"report {base_url} {mail.run_id} {mail.created_at.isoformat()}",
        recipient=recipient,
        subject=title,
        text=text,
        html=HTML.format(**{name: escape(part) for name, part in parts.items()}),
        attachments=(Attachment(file.filename, file.media_type, file.content),) if attached else (),
    )


def _period(mail: ClaimedMail) -> str:
    made = f"made {dates.moment(mail.finished_at, 'UTC')}"
    if mail.period_from is None and mail.period_to is None:
        return f"Since the first transaction, {made}"
    start = dates.day(mail.period_from) if mail.period_from else "First transaction"
    return f"{start} – {dates.day(mail.period_to) if mail.period_to else 'now'}, {made}"

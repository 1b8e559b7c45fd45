"""A document as JSON: the result that its tables were made of, in the one form that every program gets."""

from __future__ import annotations

import orjson

from dashboard.reports.document import Document


def to_json(document: Document) -> bytes:
    """The whole document, indented, with a line's end."""
    return orjson.dumps(document.data, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)

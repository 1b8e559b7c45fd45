"""Cells that a spreadsheet would run as a formula: made harmless on the way out, restored on the way in."""

from __future__ import annotations

import re

TRIGGERS = frozenset("=+-@\t\r\n\0")
PLAIN_NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)*([eE][+-]?[0-9]+)?")
MARK = "'"


def is_dangerous(text: str) -> bool:
    """Whether a spreadsheet may take ``text`` for a formula; leading apostrophes and spaces do not protect it."""
    core = text.lstrip(MARK)
    if core[:1] in TRIGGERS and core[:1]:
        return not PLAIN_NUMBER.fullmatch(core)
    trimmed = core.strip()
    return bool(trimmed) and trimmed[0] in TRIGGERS and not PLAIN_NUMBER.fullmatch(trimmed)


def neutralise(text: str) -> str:
    """``text`` with an apostrophe before it where it is dangerous; negative numbers stay numbers."""
    return MARK + text if is_dangerous(text) else text


def restore(text: str) -> str:
    """The inverse of :func:`neutralise`."""
    return text[1:] if text.startswith(MARK) and is_dangerous(text[1:]) else text

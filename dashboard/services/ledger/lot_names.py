"""The lots that a row names, as one cell of text."""

from __future__ import annotations


def lots_in(text: str) -> tuple[str, ...]:
    """Ids apart by semicolons, or by spaces where there is none."""
    return tuple(name for part in (text.split(";") if ";" in text else text.split()) if (name := part.strip()))


def lots_text(names: tuple[str, ...]) -> str:
    """Ids apart by semicolons; one behind a lone id with spaces says that it is one."""
    text = ";".join(names)
    return f"{text};" if len(names) == 1 and " " in text else text

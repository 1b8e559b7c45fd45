"""Numbers as people write them: decimal comma or point, thousands marks, currency signs."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from dashboard.services.imports.options import DecimalMark
from dashboard.services.ledger.currencies import known_currencies

SPACES = "   \t"
MINUS = str.maketrans({"−": "-", "–": "-", "’": "'"})
SHAPE = re.compile(r"[+-]?[0-9.,']+")
SCIENTIFIC = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?[eE][+-]?[0-9]{1,3}")
GROUPED = {
    DecimalMark.POINT: re.compile(r"[+-]?(?:[0-9]+|[1-9][0-9]{0,2}(?:[,'][0-9]{2,3})*[,'][0-9]{3})?(?:\.[0-9]*)?"),
    DecimalMark.COMMA: re.compile(r"[+-]?(?:[0-9]+|[1-9][0-9]{0,2}(?:[.'][0-9]{3})+)?(?:,[0-9]*)?"),
}
AMBIGUOUS = re.compile(r"[+-]?[1-9][0-9]{0,2}[.,][0-9]{3}")


class NotANumberError(ValueError):
    """A cell that cannot be read as a number; the text says why."""


SIGNS = {"€": frozenset({"EUR"}), "£": frozenset({"GBP", "EGP", "GIP", "FKP", "SHP", "LBP", "SYP"})}


def currencies_shown(cell: str) -> frozenset[str]:
    """The currencies that a sign or a code beside a number can mean; empty where it shows none that is certain."""
    if SHAPE.fullmatch(cell):
        return frozenset()
    for sign, codes in SIGNS.items():
        if sign in cell:
            return codes
    for code in (cell.strip()[:3].upper(), cell.strip()[-3:].upper()):
        if code in known_currencies():
            return frozenset({code})
    return frozenset()


def bare(cell: str) -> str:
    """``cell`` without spaces, currency signs and codes; (1.50) is -1.50."""
    if SHAPE.fullmatch(cell):
        return cell
    text = "".join(c for c in cell.translate(MINUS) if c not in SPACES and unicodedata.category(c) != "Sc")
    if text[:1] == "(" and text[-1:] == ")":
        text = f"-{text[1:-1]}"
    for code in (text[:3], text[-3:]):
        if code.isascii() and code.isalpha() and code.upper() in known_currencies():
            text = text.removeprefix(code) if text.startswith(code) else text.removesuffix(code)
            break
    return text


def evidence(cells: Iterable[str]) -> frozenset[DecimalMark]:
    """The decimal marks that some of ``cells`` can only have."""
    return frozenset(mark for cell in cells if (mark := _certain_mark(bare(cell))) is not None)


def _certain_mark(text: str) -> DecimalMark | None:
    """The decimal mark of a number that can be read in one way only, and has or denies one."""
    commas, points = text.count(","), text.count(".")
    if not (commas or points) or not SHAPE.fullmatch(text) or AMBIGUOUS.fullmatch(text):
        return None
    fitting = [mark for mark, pattern in GROUPED.items() if pattern.fullmatch(text)]
    return fitting[0] if len(fitting) == 1 else None


@dataclass(frozen=True, slots=True)
class NumberReader:
    """Reads the numbers of one file. ``mark`` None: the file shows none for certain; ``mixed``: it shows both."""

    mark: DecimalMark | None
    mixed: bool = False

    @classmethod
    def of(cls, cells: Iterable[str], answer: DecimalMark | None) -> NumberReader:
        """The reader for ``cells``; ``answer`` is what a person said."""
        if answer is not None:
            return cls(answer)
        found = evidence(cells)
        return cls(next(iter(found)) if len(found) == 1 else None, len(found) > 1)

    def is_open(self, cell: str) -> bool:
        """Whether ``cell`` can be read in two ways, a thousand times apart.

        Without other evidence a lone point is a decimal point, as in the canonical file.
        """
        text = bare(cell)
        return self.mark is None and AMBIGUOUS.fullmatch(text) is not None and (self.mixed or "," in text)

    def read(self, cell: str) -> Decimal:
        """The number in ``cell``. Raises: NotANumberError."""
        text = bare(cell)
        if SCIENTIFIC.fullmatch(text):
            return Decimal(text)
        if not SHAPE.fullmatch(text) or not any(map(str.isdigit, text)):
            raise NotANumberError(f"{shown(cell)} is not a number.")
        if self.is_open(cell):
            whole, rest = re.split("[.,]", text)
            raise NotANumberError(
                f"{shown(cell)} may be {whole}{rest} or {whole}.{rest}: say which decimal mark it has."
            )
        mark = self.mark or _certain_mark(text) or DecimalMark.POINT
        if not GROUPED[mark].fullmatch(text):
            raise NotANumberError(f"{shown(cell)} is not a number with a decimal {mark.name.lower()}.")
        other = "," if mark is DecimalMark.POINT else "."
        return Decimal(text.replace("'", "").replace(other, "").replace(",", "."))


def shown(cell: str) -> str:
    """``cell`` in quotation marks, cut where it is long."""
    return repr(cell if len(cell) <= 40 else f"{cell[:40]}…")

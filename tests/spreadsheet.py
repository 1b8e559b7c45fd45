"""A spreadsheet engine for tests: what a workbook's formulas give when nothing that was cached beside them is there."""

from __future__ import annotations

import io
import re
import tempfile
import warnings
import zipfile
from pathlib import Path

import openpyxl

CACHED = re.compile(rb"(</f>)<v>[^<]*</v>")


def without_cache(workbook: bytes) -> bytes:
    """The workbook with every cached result of a formula taken out."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            data = source.read(name)
            target.writestr(name, CACHED.sub(rb"\1", data) if name.startswith("xl/worksheets/") else data)
    return out.getvalue()


def computed(workbook: bytes, sheet: str) -> dict[str, float]:
    """The numbers that the formulas of a sheet's second column give, by the text in the first column."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the engine's own libraries, on import
        import formulas
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "book.xlsx"
        path.write_bytes(without_cache(workbook))
        solution = formulas.ExcelModel().loads(str(path)).finish().calculate()
    names = openpyxl.load_workbook(io.BytesIO(workbook))[sheet]
    found: dict[str, float] = {}
    for key, ranges in solution.items():
        place = re.fullmatch(rf"'\[book\.xlsx\]{re.escape(sheet.upper())}'!B(\d+)", str(key))
        if place and isinstance(value := ranges.value[0, 0], float | int):
            found[str(names.cell(int(place[1]), 1).value)] = float(value)
    return found

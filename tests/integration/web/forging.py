"""Bodies of callbacks that nobody's page would send: any callback, called with values of the test's choice."""

from __future__ import annotations

from collections.abc import Mapping

from dash import Dash

from tests.web import Json

ADDRESS = "address.data"
# What the callbacks find in their inputs where a test does not say otherwise, by id and property.
USUAL: Mapping[str, Json] = {
    "view.data": "",
    "by.value": "class",
    "tx-check.data": {"serial": 1, "rows": []},
    "tx-save.data": {"serial": 1, "rows": [], "deleted": []},
    "import-previewed.data": {},
    "import-committed.data": {},
    "import-untrack.data": {"at": 1},
    "report-create.n_clicks": 1,
    "ov-fetch.n_clicks": 1,
    "report-span.value": "all",
    "report-format.value": "xlsx",
    "report-kind.value": "performance",
}


def served(app: Dash) -> dict[str, Json]:
    """The callbacks that run on the server, by the name of their output."""
    return {name: entry for name, entry in app.callback_map.items() if "callback" in entry}


def takes(entry: Json, name: str) -> bool:
    """Whether a callback has an input or a state of this id and property."""
    return any(_name(part) == name for part in (*entry["inputs"], *entry["state"]))


def body(app: Dash, output: str, values: Mapping[str, Json]) -> Json:
    """A call of the callback ``output`` with ``values`` by id and property."""
    entry = app.callback_map[output]
    known = {**USUAL, **values}
    inputs, state = ([_given(part, known) for part in entry[kind]] for kind in ("inputs", "state"))
    return {
        "output": output,
        "outputs": outputs(output),
        "inputs": inputs,
        "state": state,
        "changedPropIds": [_name(entry["inputs"][0])],
    }


def outputs(name: str) -> Json:
    """The outputs that a callback's name stands for."""
    parts = [part.rpartition(".") for part in name.strip(".").split("...")]
    found = [{"id": id, "property": property} for id, _, property in parts]
    return found if name.startswith("..") else found[0]


def _given(part: Json, values: Mapping[str, Json]) -> Json:
    if part["id"].startswith("{"):  # matches many components: nobody has any
        return []
    return {"id": part["id"], "property": part["property"], "value": values.get(_name(part))}


def _name(part: Json) -> str:
    return f"{part['id']}.{part['property']}"

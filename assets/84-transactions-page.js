// The ledger's page: rows arrive, the filters are in the address, buttons and keys do what they say.
(() => {
  "use strict";
  const basis = window.basis;
  const format = basis.format;
  const own = basis.ledger;
  const { at, set, grid, rows, redraw, later, drawBar, size } = own;
  const NOTHING = () => window.dash_clientside.no_update;

  // ---- rows arrive
  const show = (found) => {
    if (!found || !at("tx-root")) return NOTHING();
    own.open();
    own.state.view = found;
    at("tx-loading").hidden = true;
    if (found.failed) {
      size();
      return NOTHING();
    }
    for (const row of found.rows) if (row.symbol && row.name) own.state.names.set(row.symbol, row.name);
    suggest();
    const listed = new Set(found.rows.map((row) => row.id));
    const others = [...own.state.drafts].filter(([key]) => !listed.has(key)).map(([, draft]) => draft.data);
    const merged = found.rows.map((row) => (own.state.drafts.has(row.id) ? own.state.drafts.get(row.id).data : row));
    drawSummary(found);
    requestAnimationFrame(() => arrived());
    return [...others, ...merged];
  };
  const arrived = (tries = 60) => {
    const api = grid();
    if (!at("tx-root")) return;
    if (!api || !api.getGridOption("context")) {
      if (tries > 0) requestAnimationFrame(() => arrived(tries - 1));
      return;
    }
    own.state.takes = api.getGridOption("context").takes;
    const marks = { dirty: ({ data }) => Boolean(data.state), faulty: ({ data }) => basis.ledgerFault.has(data) };
    api.setGridOption("selectionColumnDef", { ...api.getGridOption("selectionColumnDef"), cellClassRules: marks });
    drawBar();
    requestAnimationFrame(own.fit);
    if (own.state.drafts.size) later();
    const query = new URLSearchParams(location.search);
    if (query.has("add")) {
      const symbol = query.get("symbol");
      query.delete("add");
      query.delete("symbol");
      history.replaceState(null, "", location.pathname + (query.toString() ? `?${query}` : ""));
      own.add(symbol ? { symbol } : {});
    }
  };
  const drawSummary = (found) => {
    const span = found.first ? ` · ${format.day(found.first)} – ${format.day(found.last)}` : "";
    at("tx-count").textContent = found.total ? rows(found.total) + span : "";
    const most = Number(at("tx-root").dataset.rows);
    const { offset } = own.state.view;
    at("tx-pager").hidden = found.total <= most;
    const end = Math.min(offset + most, found.total);
    at("tx-span").textContent =
      `${format.number(offset + 1, 0)}–${format.number(end, 0)} of ${rows(found.total)}, newest first`;
    at("tx-newer").disabled = offset === 0;
    at("tx-older").disabled = end >= found.total;
    const query = new URLSearchParams(location.search);
    at("tx-dates").hidden = query.get("days") !== "custom";
    at("tx-clear").hidden = !found.filtered;
  };
  const suggest = () => {
    const options = [...own.state.names].slice(0, 500).map(([symbol, name]) => {
      const option = document.createElement("option");
      option.value = symbol;
      option.label = name;
      return option;
    });
    at("tx-symbols").replaceChildren(...options);
  };
  const turn = (by) => {
    const query = new URLSearchParams(location.search);
    const page = Math.max(1, Number(query.get("page") || 1) + by);
    if (page === 1) query.delete("page");
    else query.set("page", page);
    const search = query.toString() ? `?${query}` : "";
    history.pushState(null, "", location.pathname + search);
    set("view", { data: search });
  };

  // ---- errors, one after the other
  const next = () => {
    const api = grid();
    const found = [];
    api.forEachNodeAfterFilterAndSort((one) => {
      delete one.data.fresh;
      for (const place of Object.keys(one.data.faults || {})) found.push({ one, place });
    });
    if (!found.length) return;
    const focused = api.getFocusedCell();
    const here = found.findIndex(
      ({ one, place }) => focused && one.rowIndex === focused.rowIndex && place === focused.column.getColId(),
    );
    const { one, place } = found[(here + 1) % found.length];
    redraw([one.data.id]);
    api.ensureNodeVisible(one);
    api.ensureColumnVisible(place);
    api.setFocusedCell(one.rowIndex, place);
    requestAnimationFrame(() => basis.ledgerFault.show(one.data, place));
  };

  // ---- what a person does
  const selected = () => grid().getSelectedRows();
  const clear = () => {
    for (const id of ["tx-text", "tx-from", "tx-to"]) set(id, { value: "" });
    for (const id of ["tx-type", "tx-account", "tx-days"]) set(id, { value: "any" });
  };
  const ACTIONS = {
    "tx-add": () => own.add(),
    "tx-add-first": () => own.add(),
    "tx-save-all": () => own.save(),
    "tx-discard": () => own.discard(),
    "tx-next": next,
    "tx-delete": () => own.remove(selected()),
    "tx-clear": clear,
    "tx-clear-none": clear,
    "tx-newer": () => turn(-1),
    "tx-older": () => turn(1),
    "tx-again": () => set("tx-reload", { data: Date.now() }),
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button && at("tx-root") && ACTIONS[button.id]) ACTIONS[button.id]();
  });
  document.addEventListener("change", (event) => {
    if (event.target.id === "tx-days") at("tx-dates").hidden = event.target.value !== "custom";
  });
  document.addEventListener("keydown", (event) => {
    if (!at("tx-root") || !own.state) return;
    const writing = event.target.closest && event.target.closest("input, textarea, select, [contenteditable=true]");
    if (event.key === "F8") {
      event.preventDefault();
      next();
    } else if ((event.ctrlKey || event.metaKey) && event.key === "s") {
      event.preventDefault();
      own.save();
    } else if (event.key === "n" && !writing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      own.add();
    } else if (event.key === "/" && !writing) {
      event.preventDefault();
      at("tx-text").focus();
    }
  });

  own.selected = () => {
    const number = selected().length;
    at("tx-selected").hidden = number === 0;
    at("tx-selected-count").textContent = `${format.number(number, 0)} selected`;
  };
  Object.assign(own, { next, drawSummary });
  window.dash_clientside.ledger.show = show;
})();

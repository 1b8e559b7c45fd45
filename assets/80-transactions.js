// The ledger as it is typed: which rows are not saved yet, what is wrong with them, saving, taking back.
// What a row means is for the server to say; here is only what a person has typed since.
(() => {
  "use strict";
  const basis = window.basis;
  const format = basis.format;
  const NOTHING = () => window.dash_clientside.no_update;
  const FIELDS = [
    ...["date", "type", "symbol", "account", "quantity", "price", "currency", "fx_rate", "fee", "tax", "amount"],
    ...["target_amount", "target_currency", "ratio", "cash_currency", "settle_date", "note", "external_id"],
  ];
  // Where a fault is shown whose field has no column of its own.
  const PLACES = {
    ...{ "": "date", settle_date: "date", cash_currency: "currency", note: "symbol", external_id: "symbol" },
    ...{ target_amount: "amount", target_currency: "amount", ratio: "amount" },
  };
  const WAIT = 150;
  const kept = new Map(); // what is not saved yet, by portfolio: it outlives a look at another page
  let ledger = null;
  let made = 0;

  const at = (id) => document.getElementById(id);
  const set = (id, props) => window.dash_clientside.set_props(id, props);
  const grid = () => {
    try {
      return at("tx-grid") ? window.dash_ag_grid.getApi("tx-grid") : null;
    } catch {
      return null; // it is not drawn yet
    }
  };
  const rows = (number) => `${format.number(number, 0)} row${number === 1 ? "" : "s"}`;
  const word = (text) => text.charAt(0).toUpperCase() + text.slice(1);
  const blank = (value) => value == null || value === "";

  // ---- what is not saved yet: key -> {data, origin}; origin is null for a new row
  const open = () => {
    const slug = at("tx-root").dataset.slug;
    if (!kept.has(slug)) kept.set(slug, new Map());
    if (!ledger || ledger.slug !== slug || ledger.root !== at("tx-root")) {
      ledger = {
        slug,
        root: at("tx-root"),
        drafts: kept.get(slug),
        names: new Map(),
        serial: 0,
        answered: 0,
        view: {},
      };
    }
    return ledger;
  };
  const node = (key) => (grid() ? grid().getRowNode(key) : null);
  const typed = (data) =>
    Object.fromEntries(FIELDS.map((field) => [field, blank(data[field]) ? "" : String(data[field])]));
  const payload = (data) => ({ id: data.id, version: data.version, ...typed(data) });
  const faultsOf = (data) => Object.values(data.faults || {}).flat();
  const forget = (data) => {
    for (const name of ["state", "faults", "filled", "fresh"]) delete data[name];
  };
  const track = (data, field, before) => {
    const { drafts } = ledger;
    let draft = drafts.get(data.id);
    if (!draft) {
      draft = { origin: { ...data, ...typed(data), [field]: before } };
      drafts.set(data.id, draft);
      data.state = "edited";
    }
    draft.data = data;
    const { origin } = draft;
    if (origin && FIELDS.every((name) => String(origin[name] || "") === String(data[name] || ""))) {
      drafts.delete(data.id);
      forget(data);
    }
  };

  // What follows from a cell by itself: an amount is worked out again, a type has the columns that it takes.
  const follow = (data, field) => {
    if (field === "quantity" || field === "price") data.amount = "";
    if (field === "symbol") data.symbol = data.symbol.trim().toUpperCase();
    if (field === "type" && ledger.takes[data.type]) {
      for (const name of FIELDS) if (!ledger.takes[data.type].includes(name)) data[name] = "";
    }
  };
  const changed = (data, field, before) => {
    open();
    if (blank(data[field])) data[field] = "";
    if (String(data[field]) === String(before == null ? "" : before)) return;
    track(data, field, blank(before) ? "" : before);
    follow(data, field);
    ledger.last = { key: data.id, field };
    redraw([data.id]);
    later();
  };
  const redraw = (keys) => {
    const rowNodes = keys.map(node).filter(Boolean);
    if (rowNodes.length) grid().refreshCells({ rowNodes, force: true });
    drawBar();
    if (basis.ledgerPanel) basis.ledgerPanel.refresh();
  };

  // ---- the check: all rows that are not saved go together, for one may sell what another buys
  const later = () => {
    ledger.serial += 1;
    clearTimeout(ledger.timer);
    ledger.timer = setTimeout(check, WAIT);
    drawBar();
  };
  const check = () => {
    const asked = [...ledger.drafts.values()].map((draft) => payload(draft.data));
    if (asked.length) set("tx-check", { data: { serial: ledger.serial, rows: asked } });
    else ledger.answered = ledger.serial;
    drawBar();
  };
  const checked = (answer) => {
    if (!answer || !ledger || answer.serial !== ledger.serial) return NOTHING();
    ledger.answered = answer.serial;
    for (const [key, found] of Object.entries(answer.rows)) {
      const draft = ledger.drafts.get(key);
      if (!draft) continue;
      const live = node(key) ? node(key).data : draft.data;
      draft.data = live;
      live.filled = found.filled;
      live.faults = {};
      for (const fault of found.faults) {
        const place = PLACES[fault.field] || fault.field;
        (live.faults[place] = live.faults[place] || []).push(fault);
      }
    }
    redraw(Object.keys(answer.rows));
    if (ledger.saving === "after the check") save();
    else pointAtLast();
    return NOTHING();
  };
  const pointAtLast = () => {
    const { last } = ledger;
    const data = last && node(last.key) && node(last.key).data;
    if (!data) return;
    const places = Object.keys(data.faults || {});
    const place = PLACES[last.field] || last.field;
    const shown = places.includes(place) ? place : data.fresh ? null : places[0];
    if (shown) basis.ledgerFault.show(data, shown);
    else basis.ledgerFault.refresh();
  };

  // ---- the bar
  const counts = () => {
    const drafts = [...ledger.drafts.values()].map((draft) => draft.data);
    const all = drafts.reduce((sum, data) => sum + faultsOf(data).length, 0);
    const shown = drafts.reduce((sum, data) => sum + (data.fresh ? 0 : faultsOf(data).length), 0);
    return { unsaved: drafts.length, all, shown };
  };
  const drawBar = () => {
    const bar = at("tx-bar");
    if (!bar) return;
    const { unsaved, all, shown } = counts();
    bar.hidden = unsaved === 0;
    at("tx-bar-count").textContent = `${format.number(unsaved, 0)} unsaved row${unsaved === 1 ? "" : "s"}`;
    at("tx-bar-bad").hidden = shown === 0;
    at("tx-bar-errors").textContent = `${shown} error${shown === 1 ? "" : "s"}`;
    at("tx-bar-why").hidden = all === 0;
    at("tx-bar-why").textContent = shown ? "Save is available when errors are fixed" : "Complete the row to save it";
    at("tx-next").hidden = shown === 0;
    const saving = at("tx-save-all");
    saving.textContent = ledger.saving ? "Saving" : `Save ${format.number(unsaved, 0)}`;
    saving.disabled = all > 0 || Boolean(ledger.saving);
    size();
  };
  const size = () => {
    const api = grid();
    if (!api || !ledger) return;
    const number = api.getDisplayedRowCount();
    const { view } = ledger;
    const empty = number === 0 && !at("tx-loading").isConnected;
    at("tx-table").style.height = `${Math.max(number, 1) * 38 + 36}px`;
    at("tx-table").hidden = Boolean(view.failed) || number === 0;
    at("tx-first").hidden = !(number === 0 && !view.failed && !view.filtered && view.rows) || empty;
    at("tx-none").hidden = !(number === 0 && !view.failed && view.filtered);
  };

  // ---- rows arrive
  const show = (found) => {
    if (!found || !at("tx-root")) return NOTHING();
    open();
    ledger.view = found;
    at("tx-loading").hidden = true;
    if (found.failed) {
      size();
      return NOTHING();
    }
    for (const row of found.rows) if (row.symbol && row.name) ledger.names.set(row.symbol, row.name);
    suggest();
    const listed = new Set(found.rows.map((row) => row.id));
    const others = [...ledger.drafts].filter(([key]) => !listed.has(key)).map(([, draft]) => draft.data);
    const merged = found.rows.map((row) => (ledger.drafts.has(row.id) ? ledger.drafts.get(row.id).data : row));
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
    ledger.takes = api.getGridOption("context").takes;
    const marks = { dirty: ({ data }) => Boolean(data.state), faulty: ({ data }) => basis.ledgerFault.has(data) };
    api.setGridOption("selectionColumnDef", { ...api.getGridOption("selectionColumnDef"), cellClassRules: marks });
    drawBar();
    if (ledger.drafts.size) later();
    const query = new URLSearchParams(location.search);
    if (query.has("add")) {
      const symbol = query.get("symbol");
      query.delete("add");
      query.delete("symbol");
      history.replaceState(null, "", location.pathname + (query.toString() ? `?${query}` : ""));
      add(symbol ? { symbol } : {});
    }
  };
  const drawSummary = (found) => {
    const span = found.first ? ` · ${format.day(found.first)} – ${format.day(found.last)}` : "";
    at("tx-count").textContent = found.total ? rows(found.total) + span : "";
    const most = Number(at("tx-root").dataset.rows);
    const { offset } = ledger.view;
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
    const options = [...ledger.names].slice(0, 500).map(([symbol, name]) => {
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

  // ---- add, save, take back
  const add = (values = {}) => {
    const api = grid();
    if (!api) return;
    open();
    made += 1;
    const data = {
      ...Object.fromEntries(FIELDS.map((field) => [field, ""])),
      ...{ id: `new-${made}`, version: 0, state: "new", fresh: true, type: "buy", date: ledger.root.dataset.today },
      ...values,
    };
    ledger.drafts.set(data.id, { data, origin: null });
    api.applyTransaction({ add: [data], addIndex: 0 });
    const added = api.getRowNode(data.id);
    ledger.drafts.get(data.id).data = added.data;
    drawBar();
    later();
    requestAnimationFrame(() => {
      api.ensureNodeVisible(added);
      api.ensureColumnVisible("symbol");
      api.setFocusedCell(added.rowIndex, "symbol");
      api.startEditingCell({ rowIndex: added.rowIndex, colKey: "symbol" });
    });
  };
  const save = () => {
    grid().stopEditing();
    for (const draft of ledger.drafts.values()) delete draft.data.fresh;
    if (ledger.serial !== ledger.answered) {
      ledger.saving = "after the check";
      return drawBar();
    }
    ledger.saving = null;
    if (counts().all > 0) {
      redraw([...ledger.drafts.keys()]);
      return next();
    }
    if (ledger.drafts.size === 0) return undefined;
    const sent = [...ledger.drafts.values()];
    return write(
      sent.map((draft) => payload(draft.data)),
      [],
      {
        origins: new Map(sent.map((draft) => [draft.data.id, draft.origin])),
      },
    );
  };
  const write = (changedRows, removed, more) => {
    ledger.saving = { removed, ...more };
    drawBar();
    made += 1;
    const deleted = removed.map((row) => row.id);
    set("tx-save", { data: { serial: made, rows: changedRows, deleted } });
  };
  const remove = (chosen) => {
    const stored = chosen.filter((data) => data.state !== "new");
    const typedOnly = chosen.filter((data) => data.state === "new");
    if (typedOnly.length) {
      for (const data of typedOnly) ledger.drafts.delete(data.id);
      grid().applyTransaction({ remove: typedOnly.map((data) => ({ id: data.id })) });
      if (!stored.length) later();
    }
    if (stored.length) {
      const before = stored.map((data) =>
        ledger.drafts.has(data.id) ? ledger.drafts.get(data.id).origin : { ...data },
      );
      write([], before, { origins: new Map() });
    }
    drawBar();
  };
  const saved = (answer) => {
    if (!answer || !ledger || !ledger.saving) return NOTHING();
    const { removed, origins, undone } = ledger.saving;
    ledger.saving = null;
    if (answer.failed) {
      if (answer.failed === "conflict" || answer.failed === "not_found") later();
      drawBar();
      return NOTHING();
    }
    const back = { rows: [], removed: [] };
    const [added, updated, gone] = [[], [], removed.map((row) => row.id)];
    answer.keys.forEach((key, index) => {
      const row = answer.rows[index];
      const origin = origins.get(key);
      ledger.drafts.delete(key);
      if (origin) {
        updated.push(row);
        back.rows.push({ ...payload(origin), version: row.version });
      } else {
        added.push(row);
        gone.push(key);
        back.removed.push(row);
      }
      if (row.symbol && row.name) ledger.names.set(row.symbol, row.name);
    });
    for (const row of removed) {
      ledger.drafts.delete(row.id);
      made += 1;
      back.rows.push({ ...payload(row), id: `new-${made}`, version: 0 });
    }
    const api = grid();
    api.applyTransaction({
      add: added,
      addIndex: 0,
      update: updated.filter((row) => api.getRowNode(row.id)),
      remove: gone.filter((key) => api.getRowNode(key)).map((id) => ({ id })),
    });
    drawSummary({ ...answer, filtered: ledger.view.filtered });
    drawBar();
    basis.ledgerFault.hide();
    tell(added.length + updated.length, removed.length, back, undone);
    if (ledger.drafts.size) later();
    return NOTHING();
  };
  const undos = new Map();
  const tell = (written, removed, back, undone) => {
    const parts = [written ? `${rows(written)} saved` : "", removed ? `${rows(removed)} deleted` : ""];
    const text = "Values and returns follow.";
    if (undone) return basis.notify({ tone: "info", title: "Taken back", text });
    made += 1;
    const actionId = `ledger-${made}`;
    undos.set(actionId, { back, slug: ledger.slug });
    return basis.notify({ tone: "ok", title: parts.filter(Boolean).join(", "), text, action: "Undo", actionId });
  };
  const acted = (action) => {
    const kind = action && undos.get(action.id);
    undos.delete(action && action.id);
    if (!kind || !at("tx-root") || kind.slug !== open().slug) return NOTHING();
    if (kind.drafts) {
      for (const [key, draft] of kind.drafts) restoreDraft(key, draft);
      later();
    } else {
      const origins = new Map();
      for (const row of kind.back.rows) if (!row.id.startsWith("new-")) origins.set(row.id, node(row.id).data);
      write(kind.back.rows, kind.back.removed, { origins, undone: true });
    }
    return NOTHING();
  };
  const restoreDraft = (key, draft) => {
    ledger.drafts.set(key, draft);
    if (draft.origin) grid().applyTransaction({ update: [draft.data] });
    else grid().applyTransaction({ add: [draft.data], addIndex: 0 });
    redraw([key]);
  };
  const discard = () => {
    const drafts = new Map(ledger.drafts);
    grid().stopEditing(true);
    ledger.drafts.clear();
    const update = [...drafts.values()].filter((draft) => draft.origin).map((draft) => draft.origin);
    const gone = [...drafts].filter(([, draft]) => !draft.origin).map(([id]) => ({ id }));
    const copies = new Map([...drafts].map(([key, draft]) => [key, { ...draft, data: { ...draft.data } }]));
    grid().applyTransaction({ update, remove: gone });
    basis.ledgerFault.hide();
    later();
    made += 1;
    undos.set(`ledger-${made}`, { drafts: copies, slug: ledger.slug });
    const title = `${rows(drafts.size)} discarded`;
    basis.notify({ tone: "info", title, text: "Nothing was written.", action: "Undo", actionId: `ledger-${made}` });
  };
  const reload = (key) => {
    ledger.drafts.delete(key);
    basis.ledgerFault.hide();
    set("tx-reload", { data: Date.now() });
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
    "tx-add": () => add(),
    "tx-add-first": () => add(),
    "tx-save-all": save,
    "tx-discard": discard,
    "tx-next": next,
    "tx-delete": () => remove(selected()),
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
    if (!at("tx-root") || !ledger) return;
    const writing = event.target.closest && event.target.closest("input, textarea, select, [contenteditable=true]");
    if (event.key === "F8") {
      event.preventDefault();
      next();
    } else if ((event.ctrlKey || event.metaKey) && event.key === "s") {
      event.preventDefault();
      save();
    } else if (event.key === "n" && !writing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      add();
    } else if (event.key === "/" && !writing) {
      event.preventDefault();
      at("tx-text").focus();
    }
  });
  window.addEventListener("beforeunload", (event) => {
    if ([...kept.values()].some((drafts) => drafts.size)) event.preventDefault();
  });

  basis.ledger = { at, grid, node, add, remove, reload, changed, open, redraw, word, blank, FIELDS, PLACES };
  basis.ledger.name = (symbol) => (ledger && ledger.names.get(symbol)) || "";
  basis.ledger.takes = (type) => (ledger && ledger.takes && ledger.takes[type]) || FIELDS;
  basis.ledger.leaveFresh = (key) => {
    if (!ledger) return;
    for (const [one, draft] of ledger.drafts) {
      if (draft.data.fresh && one !== key) {
        delete draft.data.fresh;
        if (draft.data.faults) redraw([one]);
        else later();
      }
    }
  };
  basis.ledger.selected = () => {
    const number = selected().length;
    at("tx-selected").hidden = number === 0;
    at("tx-selected-count").textContent = `${format.number(number, 0)} selected`;
  };
  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.ledger = { show, checked, saved, acted };
})();

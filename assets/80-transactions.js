// The ledger as it is typed: which rows are not saved yet, and what is wrong with them.
// What a row means is for the server to say; here is only what a person has typed since.
(() => {
  "use strict";
  const basis = window.basis;
  const format = basis.format;
  const NOTHING = () => window.dash_clientside.no_update;
  const FIELDS = [
    ...["date", "type", "symbol", "account", "quantity", "price", "currency", "fx_rate", "fee", "tax", "amount"],
    ...["target_amount", "target_currency", "ratio", "cash_currency", "settle_date", "note", "external_id"],
    ...["target_symbol", "cost_fraction", "acquired", "cost", "lot_ids", "accrued", "fee_currency"],
  ];
  // Where a fault is shown whose field has no column of its own.
  const PLACES = {
    ...{ "": "date", settle_date: "date", cash_currency: "currency", note: "symbol", external_id: "symbol" },
    ...{ target_amount: "amount", target_currency: "amount", ratio: "amount", cost: "amount", accrued: "amount" },
    ...{ target_symbol: "symbol", cost_fraction: "symbol", acquired: "date", lot_ids: "quantity", fee_currency: "fee" },
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
  const word = (text) => text.charAt(0).toUpperCase() + text.slice(1).replaceAll("_", " ");
  // What a type is called in plain words: the server knows.
  const kind = (type) => (grid() && grid().getGridOption("context")?.words?.[type]) || word(type || "");
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
    const parts = data.type === "reinvest" ? ["quantity", "price", "fee", "tax"] : ["quantity", "price"];
    if (parts.includes(field) && data.type !== "split") data.amount = "";
    if (field === "symbol" || field === "target_symbol") data[field] = data[field].trim().toUpperCase();
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
    requestAnimationFrame(() => {
      fit();
      if (ledger.saving === "after the check") basis.ledger.save();
      else pointAtLast();
    });
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
    const { failed, filtered, rows: loaded } = ledger.view;
    const none = Boolean(loaded) && number === 0;
    at("tx-table").style.height = `${number * 38 + 36}px`;
    at("tx-table").hidden = Boolean(failed) || none;
    at("tx-first").hidden = !(none && !filtered);
    at("tx-none").hidden = !(none && filtered);
  };

  // Amounts are never cut: their columns are as wide as what is shown, the instrument's has the rest.
  const MEASURED = ["type", "quantity", "price", "fx_rate", "fee", "tax", "amount", "effect"];
  let drawn = null;
  const fit = () => {
    const api = grid();
    if (!api || !api.getDisplayedRowCount()) return;
    // Columns that no row needs give their room to the others; the panel has them always.
    const { base } = at("tx-root").dataset;
    let [taxed, foreign] = [false, false];
    api.forEachNode(({ data }) => {
      taxed = taxed || !blank(data.tax);
      foreign = foreign || !blank(data.fx_rate) || (!blank(data.currency) && data.currency !== base);
    });
    for (const [name, shown] of [
      ["tax", taxed],
      ["fx_rate", foreign],
    ]) {
      const column = api.getColumn(name);
      if (column && column.isVisible() !== shown) api.setColumnsVisible([name], shown);
    }
    api.autoSizeColumns(MEASURED);
    // A cell that has just changed is drawn a frame later: it is measured once more then.
    cancelAnimationFrame(drawn);
    drawn = requestAnimationFrame(() => {
      drawn = requestAnimationFrame(() => at("tx-grid") && grid() && grid().autoSizeColumns(MEASURED));
    });
  };

  basis.ledger = {
    fit,
    ...{ at, set, grid, node, open, rows, word, kind, blank, typed, payload, faultsOf, FIELDS, PLACES },
    ...{ changed, redraw, later, drawBar, counts, size },
    get state() {
      return ledger;
    },
    // A number that was not given out before, for what has no id of its own yet.
    number: () => (made += 1),
    name: (symbol) => (ledger && ledger.names.get(symbol)) || "",
    takes: (type) => (ledger && ledger.takes && ledger.takes[type]) || FIELDS,
    // The focus left a new row: what is missing in it counts as wrong from now on.
    leaveFresh: (key) => {
      if (!ledger) return;
      for (const [one, draft] of ledger.drafts) {
        if (draft.data.fresh && one !== key) {
          delete draft.data.fresh;
          if (draft.data.faults) redraw([one]);
          else later();
        }
      }
    },
  };
  window.addEventListener("beforeunload", (event) => {
    if ([...kept.values()].some((drafts) => drafts.size)) event.preventDefault();
  });
  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.ledger = { checked };
})();

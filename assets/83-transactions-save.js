// The ledger's changes: rows are added, saved together, deleted, and taken back.
(() => {
  "use strict";
  const basis = window.basis;
  const own = basis.ledger;
  const { at, grid, node, set, rows, payload, redraw, later, drawBar, counts, FIELDS } = own;
  const NOTHING = () => window.dash_clientside.no_update;

  const add = (values = {}) => {
    const api = grid();
    if (!api) return;
    own.open();
    const data = {
      ...Object.fromEntries(FIELDS.map((field) => [field, ""])),
      ...{
        id: `new-${own.number()}`,
        version: 0,
        state: "new",
        fresh: true,
        type: "buy",
        date: own.state.root.dataset.today,
      },
      ...values,
    };
    own.state.drafts.set(data.id, { data, origin: null });
    api.applyTransaction({ add: [data], addIndex: 0 });
    const added = api.getRowNode(data.id);
    own.state.drafts.get(data.id).data = added.data;
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
    for (const draft of own.state.drafts.values()) delete draft.data.fresh;
    if (own.state.serial !== own.state.answered) {
      own.state.saving = "after the check";
      return drawBar();
    }
    own.state.saving = null;
    if (counts().all > 0) {
      redraw([...own.state.drafts.keys()]);
      return own.next();
    }
    if (own.state.drafts.size === 0) return undefined;
    const drafts = [...own.state.drafts.values()];
    const sent = drafts.map((draft) => payload(draft.data));
    return write(sent, [], { origins: new Map(drafts.map((draft) => [draft.data.id, draft.origin])) });
  };
  const write = (changedRows, removed, more) => {
    own.state.saving = { removed, sent: new Map(changedRows.map((row) => [row.id, JSON.stringify(row)])), ...more };
    drawBar();
    const deleted = removed.map((row) => row.id);
    set("tx-save", { data: { serial: own.number(), rows: changedRows, deleted } });
  };
  const remove = (chosen) => {
    const stored = chosen.filter((data) => data.state !== "new");
    const typedOnly = chosen.filter((data) => data.state === "new");
    if (typedOnly.length) {
      for (const data of typedOnly) own.state.drafts.delete(data.id);
      grid().applyTransaction({ remove: typedOnly.map((data) => ({ id: data.id })) });
      if (!stored.length) later();
    }
    if (stored.length) {
      const before = stored.map((data) =>
        own.state.drafts.has(data.id) ? own.state.drafts.get(data.id).origin : { ...data },
      );
      write([], before, { origins: new Map() });
    }
    drawBar();
  };
  const saved = (answer) => {
    if (!answer || !own.state || !own.state.saving) return NOTHING();
    const { removed, sent, origins, undone } = own.state.saving;
    own.state.saving = null;
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
      const draft = own.state.drafts.get(key);
      const since = draft && origin && sent.get(key) !== JSON.stringify(payload(draft.data));
      if (since) {
        // Typed while it was being saved: that stays to be saved.
        draft.origin = row;
        draft.data.version = row.version;
      } else own.state.drafts.delete(key);
      if (origin) {
        if (!since) updated.push(row);
        back.rows.push({ ...payload(origin), version: row.version });
      } else {
        added.push(row);
        gone.push(key);
        back.removed.push(row);
      }
      if (row.symbol && row.name) own.state.names.set(row.symbol, row.name);
    });
    for (const row of removed) {
      own.state.drafts.delete(row.id);
      back.rows.push({ ...payload(row), id: `new-${own.number()}`, version: 0 });
    }
    const api = grid();
    api.applyTransaction({
      add: added,
      addIndex: 0,
      update: updated.filter((row) => api.getRowNode(row.id)),
      remove: gone.filter((key) => api.getRowNode(key)).map((id) => ({ id })),
    });
    own.drawSummary({ ...answer, filtered: own.state.view.filtered });
    drawBar();
    basis.ledgerFault.hide();
    tell(added.length + updated.length, removed.length, back, undone);
    if (own.state.drafts.size) later();
    return NOTHING();
  };
  const undos = new Map();
  const tell = (written, removed, back, undone) => {
    const parts = [written ? `${rows(written)} saved` : "", removed ? `${rows(removed)} deleted` : ""];
    const text = "Values and returns follow.";
    if (undone) return basis.notify({ tone: "info", title: "Taken back", text });
    const actionId = `ledger-${own.number()}`;
    undos.set(actionId, { back, slug: own.state.slug });
    return basis.notify({ tone: "ok", title: parts.filter(Boolean).join(", "), text, action: "Undo", actionId });
  };
  const acted = (action) => {
    const kind = action && undos.get(action.id);
    undos.delete(action && action.id);
    if (!kind || !at("tx-root") || kind.slug !== own.open().slug) return NOTHING();
    if (kind.drafts) {
      for (const [key, draft] of kind.drafts) restoreDraft(key, draft);
      later();
    } else {
      const origins = new Map();
      for (const row of kind.back.rows) {
        if (!row.id.startsWith("new-")) origins.set(row.id, node(row.id) ? { ...node(row.id).data } : row);
      }
      write(kind.back.rows, kind.back.removed, { origins, undone: true });
    }
    return NOTHING();
  };
  const restoreDraft = (key, draft) => {
    own.state.drafts.set(key, draft);
    if (draft.origin) grid().applyTransaction({ update: [draft.data] });
    else grid().applyTransaction({ add: [draft.data], addIndex: 0 });
    redraw([key]);
  };
  const discard = () => {
    const drafts = new Map(own.state.drafts);
    grid().stopEditing(true);
    own.state.drafts.clear();
    const update = [...drafts.values()].filter((draft) => draft.origin).map((draft) => draft.origin);
    const gone = [...drafts].filter(([, draft]) => !draft.origin).map(([id]) => ({ id }));
    const copies = new Map([...drafts].map(([key, draft]) => [key, { ...draft, data: { ...draft.data } }]));
    grid().applyTransaction({ update, remove: gone });
    basis.ledgerFault.hide();
    later();
    const actionId = `ledger-${own.number()}`;
    undos.set(actionId, { drafts: copies, slug: own.state.slug });
    const title = `${rows(drafts.size)} discarded`;
    basis.notify({ tone: "info", title, text: "Nothing was written.", action: "Undo", actionId });
  };
  const reload = (key) => {
    own.state.drafts.delete(key);
    basis.ledgerFault.hide();
    set("tx-reload", { data: Date.now() });
  };

  Object.assign(own, { add, save, remove, reload, discard });
  Object.assign(window.dash_clientside.ledger, { saved, acted });
})();

// The panel of one row of the ledger: every field that its type takes, with what is wrong below it.
(() => {
  "use strict";
  const basis = window.basis;
  const ledger = basis.ledger;
  const { at, word } = ledger;
  const LABELS = {
    symbol: "Instrument",
    fx_rate: "Exchange rate",
    cash_currency: "Cash moves in",
    settle_date: "Settles on",
    external_id: "External id",
    target_amount: "Amount received",
    target_currency: "Currency received",
    ratio: "Ratio, new for 1 old",
    amount: "Amount, before fee and tax",
  };
  const LISTS = {
    symbol: "tx-symbols",
    account: "tx-accounts",
    currency: "tx-currencies",
    cash_currency: "tx-currencies",
    target_currency: "tx-currencies",
  };
  const NUMBERS = ["quantity", "price", "fx_rate", "fee", "tax", "amount", "target_amount", "ratio"];
  let key = null;
  let opener = null;

  const element = (tag, className, text) => {
    const made = document.createElement(tag);
    made.className = className;
    if (text != null) made.textContent = text;
    return made;
  };
  const data = () => (key && ledger.node(key) ? ledger.node(key).data : null);
  const input = (field, row) => {
    const made = document.createElement(field === "type" ? "select" : field === "note" ? "textarea" : "input");
    made.className = `in${NUMBERS.includes(field) ? " num" : ""}`;
    made.id = `tx-field-${field}`;
    made.dataset.field = field;
    if (field === "type") {
      for (const type of Object.keys(ledger.grid().getGridOption("context").takes)) {
        const option = element("option", "", word(type));
        option.value = type;
        made.append(option);
      }
    } else if (field.endsWith("date")) made.type = "date";
    else if (NUMBERS.includes(field)) made.inputMode = "decimal";
    if (LISTS[field]) made.setAttribute("list", LISTS[field]);
    made.autocomplete = "off";
    made.value = row[field] || "";
    return made;
  };
  const draw = () => {
    const row = data();
    const fields = ledger.takes(row.type);
    const ordered = ledger.FIELDS.filter((field) => fields.includes(field));
    const parts = ordered.map((field) => {
      const box = element("div", NUMBERS.includes(field) || field.includes("currency") ? "half" : "");
      const label = element("label", "lab", LABELS[field] || word(field));
      label.htmlFor = `tx-field-${field}`;
      const hint = element("div", "hint bad");
      hint.dataset.hint = field;
      box.append(label, input(field, row), hint);
      return box;
    });
    at("tx-panel-fields").replaceChildren(...parts);
    refresh();
  };
  const title = (row) =>
    row.state === "new" ? "New transaction" : `${word(row.type)}${row.symbol ? ` ${row.symbol}` : ""}`;
  const refresh = () => {
    const row = data();
    if (!row || at("tx-panel").hidden) return;
    at("tx-panel-title").textContent = title(row);
    const faults = row.fresh ? [] : Object.values(row.faults || {}).flat();
    for (const hint of document.querySelectorAll("[data-hint]")) {
      const field = hint.dataset.hint;
      const own = faults.filter((fault) => fault.field === field || (fault.field === "" && field === "date"));
      const control = at(`tx-field-${field}`);
      hint.replaceChildren(...own.map((fault) => words(fault)));
      control.classList.toggle("bad", own.length > 0);
      control.setAttribute("aria-invalid", String(own.length > 0));
      const filled = row.filled && row.filled[field];
      if ("placeholder" in control) control.placeholder = filled || "";
      if (document.activeElement !== control && control.value !== (row[field] || "")) control.value = row[field] || "";
    }
  };
  const words = (fault) => {
    const line = element("div", "", [fault.title, fault.text].filter(Boolean).join(". "));
    for (const fix of fault.fixes.filter((one) => one.set)) {
      const button = element("button", "b sm", fix.label);
      button.type = "button";
      button.addEventListener("click", () => {
        for (const [field, value] of Object.entries(fix.set)) ledger.node(key).setDataValue(field, value);
      });
      line.append(" ", button);
    }
    return line;
  };
  const show = (id) => {
    key = id;
    opener = document.activeElement;
    basis.ledgerFault.hide();
    at("tx-panel").hidden = false;
    draw();
    at("tx-field-date").focus();
  };
  const close = () => {
    if (!at("tx-panel") || at("tx-panel").hidden) return;
    at("tx-panel").hidden = true;
    const row = data();
    key = null;
    if (row && row.fresh) ledger.leaveFresh(null);
    if (opener && opener.isConnected) opener.focus();
  };

  document.addEventListener("change", (event) => {
    const { field } = event.target.dataset;
    if (!field || !event.target.closest("#tx-panel") || !data()) return;
    delete data().fresh;
    ledger.node(key).setDataValue(field, event.target.value.trim());
    if (field === "type") {
      draw();
      at("tx-field-type").focus();
    }
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("#tx-panel button, #tx-panel-scrim");
    if (!button) return;
    const row = data();
    if (["tx-panel-close", "tx-panel-done", "tx-panel-scrim"].includes(button.id)) close();
    else if (button.id === "tx-panel-delete") {
      close();
      ledger.remove([row]);
    } else if (button.id === "tx-panel-copy") {
      close();
      const copied = Object.fromEntries(ledger.FIELDS.map((field) => [field, row[field] || ""]));
      ledger.add({ ...copied, external_id: "" });
    }
  });
  document.addEventListener("keydown", (event) => {
    if (!at("tx-panel") || at("tx-panel").hidden) return;
    if (event.key === "Escape") close();
    if (event.key !== "Tab") return;
    // The focus stays in the panel while it is open.
    const inside = [...at("tx-panel").querySelectorAll("input, select, textarea, button")].filter(
      (one) => !one.disabled,
    );
    const [first, last] = [inside[0], inside[inside.length - 1]];
    if (event.shiftKey && document.activeElement === first) {
      event.preventDefault();
      last.focus();
    } else if (!event.shiftKey && document.activeElement === last) {
      event.preventDefault();
      first.focus();
    }
  });
  basis.ledgerPanel = { show, close, refresh };
})();

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
    target_symbol: "New instrument",
    ratio: "New units for 1 old",
    cost_fraction: "Share of the cost that moves",
    acquired: "Acquired on",
    cost: "What they cost",
    lot_ids: "Lots, by their id",
    accrued: "Accrued interest",
    fee_currency: "Currency of the fee",
    amount: "Gross amount",
  };
  // Where a type gives a field a meaning of its own.
  const OF_TYPE = {
    split: { quantity: "Fraction paid out", amount: "Cash for the fraction" },
    reinvest: { amount: "Gross income" },
    transfer_in: { amount: "Market value", price: "Price on the day" },
    transfer_out: { amount: "Market value", price: "Price on the day" },
    spin_off: { symbol: "Parent", ratio: "New units for each held" },
    merger: { symbol: "Instrument that ends", target_symbol: "Becomes", amount: "Cash received" },
    symbol_change: { symbol: "Old symbol", target_symbol: "New symbol" },
    return_of_capital: { amount: "Amount returned" },
    staking: { amount: "Income, if not at the close", price: "Price, if not the close" },
    airdrop: { amount: "Income, if not at the close", price: "Price, if not the close" },
  };
  const HINTS = {
    cost_fraction: "From 0 to 1: 0.2 is a fifth",
    lot_ids: "Semicolons between; for the method of specific lots",
    cost: "In all; blank: the value on the day",
  };
  const BRINGS_LOTS = ["buy", "reinvest", "transfer_in", "staking", "airdrop"];
  const lotName = (row) => (row.state === "new" ? "" : `A sale names it as lot ${row.external_id || row.id}`);
  const LISTS = {
    symbol: "tx-symbols",
    target_symbol: "tx-symbols",
    account: "tx-accounts",
    currency: "tx-currencies",
    cash_currency: "tx-currencies",
    target_currency: "tx-currencies",
    fee_currency: "tx-currencies",
  };
  const NUMBERS = [
    ...["quantity", "price", "fx_rate", "fee", "tax", "amount", "target_amount", "ratio", "cost_fraction", "cost"],
    "accrued",
  ];
  const ORDER = [
    ...["date", "type", "symbol", "target_symbol", "account", "quantity", "price", "ratio", "cost_fraction"],
    ...["amount", "currency", "target_amount", "target_currency", "cost", "acquired", "lot_ids", "fx_rate", "accrued"],
    ...["fee", "tax", "fee_currency", "cash_currency", "settle_date", "note", "external_id"],
  ];
  const HALF = ["date", "type", "symbol", "target_symbol", "acquired", "settle_date", "account", "external_id"];
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
        const option = element("option", "", ledger.kind(type));
        option.value = type;
        made.append(option);
      }
    } else if (field.endsWith("date") || field === "acquired") made.type = "date";
    else if (NUMBERS.includes(field)) made.inputMode = "decimal";
    if (LISTS[field]) made.setAttribute("list", LISTS[field]);
    made.autocomplete = "off";
    made.value = row[field] || "";
    return made;
  };
  const half = (field) => NUMBERS.includes(field) || HALF.includes(field) || field.includes("currency");
  const draw = () => {
    const row = data();
    const fields = ledger.takes(row.type);
    const { needs, about } = ledger.grid().getGridOption("context");
    const ordered = ORDER.filter((field) => fields.includes(field));
    const parts = ordered.map((field) => {
      const own = (OF_TYPE[row.type] || {})[field];
      const label = element("label", "lab", own || LABELS[field] || word(field));
      label.htmlFor = `tx-field-${field}`;
      const wanted = ["date", "type", ...needs[row.type]].includes(field);
      if (!wanted) label.append(element("span", "t3 may-x", "optional"));
      const hint = element("div", "hint bad");
      hint.dataset.hint = field;
      const box = element("div", half(field) ? "half" : "");
      box.append(label, input(field, row), hint);
      const text = field === "external_id" && BRINGS_LOTS.includes(row.type) ? lotName(row) : HINTS[field];
      if (text) box.append(element("div", "hint", text));
      return box;
    });
    const meaning = about[row.type] ? [element("p", "about-x t2", about[row.type])] : [];
    at("tx-panel-fields").replaceChildren(...meaning, ...parts, basis.ledgerSale.box());
    refresh();
  };
  const title = (row) =>
    row.state === "new" ? "New transaction" : `${ledger.kind(row.type)}${row.symbol ? ` ${row.symbol}` : ""}`;
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
    basis.ledgerSale.update(row);
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
    basis.ledgerSale.update(null);
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

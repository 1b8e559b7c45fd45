// The cells of the ledger's grid: how they look, how they are typed into, and the note beside a faulty one.
(() => {
  "use strict";
  const basis = window.basis;
  const format = basis.format;
  const ledger = basis.ledger;
  const { at, blank, kind } = ledger;
  const make = (...all) => window.React.createElement(...all);
  const NUMBER = /^-?\d+(\.\d+)?$/;
  const DECIMALS = { quantity: [8, 0], price: [8, 2], fx_rate: [6, 0], fee: [2, 2], tax: [2, 2], amount: [2, 2] };

  const text = (value, field) => {
    if (DECIMALS[field]) {
      const [most, fewest] = DECIMALS[field];
      return NUMBER.test(value) ? format.number(value, most, { min_decimals: fewest }) : value;
    }
    if (field === "date" || field === "settle_date") return format.day(value);
    return field === "type" ? kind(value) : value;
  };
  // What came and what went where that is not money alone: "0.5 for 1", "+12.5 units".
  const moved = (row, money) => {
    const ratio = row.ratio || (row.filled && row.filled.ratio);
    const units = row.quantity ? `${text(row.quantity, "quantity")} units` : "";
    const swap = ratio ? `${text(ratio, "quantity")} for 1` : "";
    switch (row.type) {
      case "split":
      case "merger":
        return money || swap;
      case "spin_off":
      case "symbol_change":
        return swap;
      case "exchange":
        return row.target_amount ? `${format.number(row.target_amount, 2)} ${row.target_currency}` : "";
      case "transfer_out":
        return units && `\u2212${units}`;
      case "reinvest":
      case "transfer_in":
      case "staking":
      case "airdrop":
        return units && `+${units}`;
      default:
        return "";
    }
  };
  const faulty = (data, field) => {
    const faults = data && data.faults && data.faults[field];
    return Boolean(faults && faults.length && !(data.fresh && blank(data[field])));
  };

  const has = (data) => Object.keys(data.faults || {}).some((field) => faulty(data, field));

  Object.assign((window.dashAgGridFunctions = window.dashAgGridFunctions || {}), {
    ledgerTakes: (params) => params.context.takes[params.data.type].includes(params.colDef.field),
    ledgerText: (params) => {
      const { field } = params.colDef;
      const data = params.data || {};
      if (!blank(params.value)) return text(String(params.value), field);
      const filled = data.filled && data.filled[field];
      if (!blank(filled)) return text(String(filled), field);
      if (faulty(data, field)) return "Required";
      return field === "fx_rate" && (data.currency || data.filled?.currency) === params.context.base ? "1" : "–";
    },
    ledgerEffect: (params) => {
      const { state, faults, filled, effect } = params.data;
      if (!state) return effect;
      return filled && !Object.keys(faults || {}).length ? filled.effect : null;
    },
    ledgerEffectText: (params) => {
      const row = params.data;
      const money = format.number(params.value, 2, { signed: true });
      return moved(row, Number(params.value) ? money : "") || money;
    },
    ledgerFaulty: (params) => faulty(params.data, params.colDef.field),
    ledgerEdited: (params) => params.data.state === "edited",
    // New rows first, then by day, then by the order of entry.
    ledgerOrder: (_a, _b, left, right, descending) => {
      const [one, other] = [left.data, right.data];
      const fresh = (one.state === "new") - (other.state === "new");
      if (fresh) return descending ? fresh : -fresh;
      if (one.date !== other.date) return one.date < other.date ? -1 : 1;
      return Number(String(one.id).replace("new-", "")) - Number(String(other.id).replace("new-", ""));
    },
    ledgerChanged: (params) => ledger.changed(params.data, params.column.getColId(), params.oldValue),
    ledgerSelected: () => ledger.selected(),
    ledgerScrolled: () => basis.ledgerFault.hide(),
    ledgerFocused: (params) => {
      const row = params.rowIndex == null ? null : params.api.getDisplayedRowAtIndex(params.rowIndex);
      if (!row || !row.data) return;
      ledger.leaveFresh(row.data.id);
      const field = typeof params.column === "string" ? params.column : params.column && params.column.getColId();
      if (faulty(row.data, field)) requestAnimationFrame(() => basis.ledgerFault.show(row.data, field));
      else basis.ledgerFault.hide();
    },
    // A text field that offers what is known: the name of a list is in cellEditorParams.
    SuggestEditor: class {
      init(params) {
        this.input = document.createElement("input");
        this.input.className = "ag-input-field-input ag-text-field-input suggest-x";
        this.input.setAttribute("list", params.list);
        this.input.setAttribute("aria-label", params.colDef.headerName);
        const started = params.eventKey && params.eventKey.length === 1 ? params.eventKey : null;
        const cleared = params.eventKey === "Backspace" || params.eventKey === "Delete";
        this.input.value = started || (cleared ? "" : params.value || "");
        this.started = Boolean(started);
      }
      getGui() {
        return this.input;
      }
      afterGuiAttached() {
        this.input.focus();
        if (!this.started) this.input.select();
      }
      getValue() {
        return this.input.value.trim();
      }
    },
  });

  Object.assign((window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {}), {
    LedgerTypeCell: (props) => make("span", { className: `chip ${props.tones[props.value] || ""}` }, kind(props.value)),
    LedgerInstrumentCell: (props) => {
      const row = props.data;
      const symbol = row.symbol || (row.filled && row.filled.symbol) || "";
      const target = row.target_symbol || "";
      const missing = faulty(row, "symbol") ? "Required" : "–";
      const name = symbol ? ledger.name(target || symbol) : row.note || (faulty(row, "symbol") ? "" : "Cash");
      return make(
        "span",
        { className: "row-f gap6 ledger-name" },
        make("b", { className: symbol ? "med" : "t3" }, symbol || missing),
        target && make("span", { className: "t3" }, "→"),
        target && make("b", { className: "med" }, target),
        make("span", { className: "t2 ell", title: name }, name),
      );
    },
    LedgerMenuCell: (props) => {
      const row = props.data;
      const bad = has(row);
      const mark = bad
        ? make("i", { className: "bi bi-exclamation-circle wrong", "aria-hidden": true })
        : row.state === "new"
          ? make("span", { className: "chip acc" }, "New")
          : row.state === "edited"
            ? make("span", { className: "dot", style: { background: "var(--accent)" } })
            : make("i", { className: "bi bi-three-dots", "aria-hidden": true });
      const status = bad ? ", has errors" : row.state ? ", not saved" : "";
      const label = `Details of the ${kind(row.type).toLowerCase()} of ${format.day(row.date)}${status}`;
      return make(
        "button",
        {
          type: "button",
          className: "b gh sm row-b",
          "aria-label": label,
          onClick: () => basis.ledgerPanel.show(row.id),
        },
        mark,
      );
    },
  });

  // ---- the note beside a faulty cell, with the buttons that mend it
  let note = null;
  let shownAt = null;
  const element = (tag, className, content) => {
    const built = document.createElement(tag);
    built.className = className;
    if (content != null) built.textContent = content;
    return built;
  };
  const cellOf = (key, field) =>
    document.querySelector(`#tx-grid .ag-row[row-id="${CSS.escape(key)}"] .ag-cell[col-id="${field}"]`);
  const apply = (data, fix) => {
    const row = ledger.node(data.id);
    hide();
    if (fix.reload) ledger.reload(data.id);
    else for (const [field, value] of Object.entries(fix.set)) row.setDataValue(field, value);
  };
  const fixesOf = (data, fault) =>
    fault.fixes.map((fix) => {
      const button = element("button", "b sm", fix.label);
      button.type = "button";
      button.addEventListener("click", () => apply(data, fix));
      return button;
    });
  const show = (data, field) => {
    const cell = cellOf(data.id, field);
    if (!cell || !faulty(data, field) || document.querySelector("#tx-panel:not([hidden])")) return;
    hide();
    note = element("div", "fault-note");
    note.id = "tx-fault";
    note.setAttribute("role", "alert");
    for (const fault of data.faults[field]) {
      note.append(element("b", "med wrong", fault.title));
      if (fault.text) note.append(element("span", "t2", fault.text));
      const fixes = fixesOf(data, fault);
      if (fixes.length) {
        const line = element("span", "row-f gap6");
        line.append(...fixes);
        note.append(line);
      }
    }
    document.body.append(note);
    cell.setAttribute("aria-describedby", "tx-fault");
    cell.setAttribute("aria-invalid", "true");
    shownAt = cell;
    place();
  };
  const place = () => {
    const cell = shownAt.getBoundingClientRect();
    const own = note.getBoundingClientRect();
    const below = cell.bottom + 5;
    const fits = below + own.height < window.innerHeight - 8;
    const left = Math.max(8, Math.min(cell.right - own.width, window.innerWidth - own.width - 8));
    note.style.left = `${left}px`;
    note.style.top = `${fits ? below : Math.max(8, cell.top - own.height - 5)}px`;
  };
  const hide = () => {
    if (!note) return;
    note.remove();
    shownAt.removeAttribute("aria-describedby");
    note = shownAt = null;
  };
  // After a check: the note stays as long as what it says is still so.
  const refresh = () => {
    if (!note) return;
    const row = ledger.node(shownAt.closest(".ag-row").getAttribute("row-id"));
    const field = shownAt.getAttribute("col-id");
    if (row && faulty(row.data, field)) show(row.data, field);
    else hide();
  };
  basis.ledgerFault = { show, hide, has, refresh };

  document.addEventListener("mouseover", (event) => {
    const cell = event.target.closest && event.target.closest("#tx-grid .ag-cell.err");
    if (!cell || cell === shownAt || cell.classList.contains("ag-cell-inline-editing")) return;
    const row = ledger.node(cell.closest(".ag-row").getAttribute("row-id"));
    if (row) show(row.data, cell.getAttribute("col-id"));
  });
  document.addEventListener("mousedown", (event) => {
    if (note && !event.target.closest(".fault-note, .ag-cell.err")) hide();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hide();
  });
  window.addEventListener("scroll", () => note && (shownAt.isConnected && at("tx-root") ? place() : hide()), {
    passive: true,
  });
  // The page was left: the note has nothing to stand beside.
  window.addEventListener("_dashprivate_pushstate", hide);
  window.addEventListener("popstate", hide);
})();

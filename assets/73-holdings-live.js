// Rows of holdings follow the live prices: the grids of the overview and of the holdings, and the list on a phone.
(() => {
  "use strict";
  const basis = window.basis;
  const { format, live } = basis;
  const GRIDS = ["holdings-grid", "positions-grid"];
  const WAIT_MS = 250;
  const FIELDS = ["price", "market_value", "day_change", "day_change_pct", "unrealized", "unrealized_pct", "weight"];
  const ARROWS = { up: "▲ ", down: "▼ ", flat: "" };
  const signed = { signed: true };
  const byId = (id) => document.getElementById(id);
  const zone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;
  const gridApi = (id) => {
    if (!byId(id) || !window.dash_ag_grid) return null;
    try {
      return window.dash_ag_grid.getApi(id);
    } catch {
      return null; // the grid is not ready yet
    }
  };
  // A grid shows what its rows have: what is not a column of it is not put into them.
  const put = (api, node, values) => {
    const before = node.data.price_status;
    const row = { ...node.data };
    for (const [field, value] of Object.entries(values)) if (field in row) row[field] = value;
    // Only what is shown differently: a row that is set anew is drawn anew.
    if (Object.keys(row).some((field) => row[field] !== node.data[field])) node.updateData(row);
    // A price that has become stale is the same figure: its cell is drawn anew for the clock before it.
    if (row.price_status !== before) api.refreshCells({ rowNodes: [node], columns: ["price"], force: true });
  };
  const figuresOf = (position, largest) => {
    const values = Object.fromEntries(FIELDS.map((field) => [field, position[field]]));
    values.weight_of_largest = largest > 0 ? (position.weight || 0) / largest : null;
    if (!position.freshness) return values;
    const state = basis.quoteState(position);
    const fresh = !["stale", "delayed"].includes(state);
    const note = `${basis.quoteWord(position)}, ${format.moment(position.at, zone())}`;
    return { ...values, price_status: fresh ? "ok" : state, price_note: note };
  };
  const moveGrid = (api, data) => {
    const largest = Math.max(...data.positions.map((position) => position.weight || 0));
    for (const position of data.positions) {
      const node = api.getRowNode(position.symbol);
      if (node) put(api, node, figuresOf(position, largest));
    }
    const total = api.getPinnedBottomRow(0);
    if (total)
      put(api, total, Object.fromEntries(FIELDS.filter((one) => one in data).map((field) => [field, data[field]])));
    return Boolean(total) || api.getDisplayedRowCount() > 0;
  };
  const moveList = (data) => {
    const currency = byId("live-value") && byId("live-value").dataset.currency;
    const rows = new Map([...document.querySelectorAll(".mrow[data-symbol]")].map((row) => [row.dataset.symbol, row]));
    for (const position of currency ? data.positions : []) {
      const row = rows.get(position.symbol);
      if (!row) continue;
      const direction = format.direction(position.day_change_pct, 4);
      const change = row.querySelector(".mchg");
      row.querySelector(".mval").textContent = format.money(position.market_value, currency, 0);
      change.textContent = `${ARROWS[direction] || ""}${format.percent(position.day_change_pct, 2, signed)}`;
      change.classList.remove("up", "down", "flat");
      change.classList.add(direction);
    }
  };

  const sayPriced = (frame) => {
    const place = byId("live-priced");
    if (!place || !frame.freshness) return;
    const state = basis.quoteState(frame);
    const moving = { live: "at live prices", delayed: "at delayed prices" };
    const frozen = state === "stale" ? `at the prices of ${format.moment(frame.at, zone())}` : "at the last close";
    place.textContent = moving[state] || frozen;
  };

  // A grid is drawn some time after its page, and where markets are closed no other frame may follow.
  let timer = 0;
  const move = () => {
    clearTimeout(timer);
    if (!live.frame) return;
    moveList(live.frame);
    sayPriced(live.frame);
    const waiting = GRIDS.filter((id) => byId(id) && !(gridApi(id) && moveGrid(gridApi(id), live.frame)));
    if (waiting.length && live.frame.positions.length) timer = setTimeout(move, WAIT_MS);
  };
  let count = 0;
  document.addEventListener("basis:changed", () => {
    if (byId("holdings-body")) window.dash_clientside.set_props("holdings-changed", { data: ++count });
  });
  document.addEventListener("basis:portfolio", move);
  document.addEventListener("basis:link", move); // a price that is frozen says so in its row
})();

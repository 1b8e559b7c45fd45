// Watchlists: cells follow the live prices; rows are dragged or moved, notes written, instruments taken off.
(() => {
  "use strict";
  const basis = window.basis;
  const { format, live } = basis;
  const GRID = "watchlist-grid";
  const WAIT_MS = 250;
  const MARKETS = { open: "Open", pre: "Pre-market", post: "After hours", closed: "Closed" };
  const make = (...all) => window.React.createElement(...all);
  const functions = (window.dashAgGridFunctions = window.dashAgGridFunctions || {});
  const components = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});
  const zone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;
  const ask = (data) => window.dash_clientside.set_props("watchlist-asked", { data: { ...data, at: Date.now() } });
  const gridApi = () => {
    if (!document.getElementById(GRID) || !window.dash_ag_grid) return null;
    try {
      return window.dash_ag_grid.getApi(GRID);
    } catch {
      return null; // the grid is not ready yet
    }
  };

  // ---- the order: as the rows stand, however they came there
  const rowsOf = (api) => {
    const rows = [];
    api.forEachNode((node) => rows.push(node.data));
    return rows;
  };
  const keepOrder = (rows) => ask({ what: "arrange", symbols: rows.map((row) => row.symbol) });
  const moveRow = (api, symbol, by) => {
    const rows = rowsOf(api);
    const from = rows.findIndex((row) => row.symbol === symbol);
    const to = from + by;
    if (from < 0 || to < 0 || to >= rows.length) return;
    rows.splice(to, 0, ...rows.splice(from, 1));
    api.setGridOption("rowData", rows);
    keepOrder(rows);
  };
  Object.assign(functions, {
    watchlistDragged: (params) => keepOrder(rowsOf(params.api)),
    watchlistNoted: (params) =>
      params.column.getColId() === "note" &&
      ask({ what: "note", symbol: params.data.symbol, note: params.newValue || "" }),
    watchlistDrawn: () => move(),
    // As many decimals as the price beside it has.
    watchlistChange: (params) => {
      const { price, currency, decimals } = params.data;
      const shown = format.price(price, currency, { min_decimals: decimals });
      return format.money(params.value, currency, (shown.split(".")[1] || "").length, { signed: true });
    },
  });

  // ---- cells
  const act = (mark, label, onClick) =>
    make(
      "button",
      { type: "button", className: "b gh ic sm", title: label, "aria-label": label, onClick },
      make("i", { className: `bi bi-${mark}`, "aria-hidden": true }),
    );
  components.WatchActsCell = (props) => {
    const { symbol } = props.data;
    return make(
      "span",
      { className: "watch-acts" },
      act("arrow-up", `Move ${symbol} up`, () => moveRow(props.api, symbol, -1)),
      act("arrow-down", `Move ${symbol} down`, () => moveRow(props.api, symbol, 1)),
      act("x-lg", `Take ${symbol} off the list`, () => ask({ what: "remove", symbol })),
    );
  };
  // Where the price is between the lowest and the highest close of the year.
  components.RangeCell = (props) => {
    const [low, high] = props.value || [];
    const { price, currency, decimals } = props.data;
    if (format.missing(low) || format.missing(high)) return make("span", { className: "t3" }, "–");
    const text = (value) => format.price(value, currency, { min_decimals: decimals });
    const share = high > low ? Math.max(0, Math.min(1, (price - low) / (high - low))) : 0.5;
    const mark = format.missing(price) ? null : make("i", { style: { "--at": `${(share * 100).toFixed(1)}%` } });
    return make(
      "span",
      { className: "watch-range num" },
      make("small", null, text(low)),
      make("span", { className: "track", "aria-hidden": true }, mark),
      make("small", null, text(high)),
    );
  };
  // On a phone: the price over its change, or over why there is none.
  components.WatchQuoteCell = (props) => {
    const row = props.data;
    const price = format.price(row.price, row.currency, { min_decimals: row.decimals });
    const tone = `xs num ${format.direction(row.change_pct, 4)}`;
    const below = format.missing(row.price)
      ? make("span", { className: "xs t3" }, row.market)
      : make("span", { className: tone }, format.percent(row.change_pct, 2, { signed: true }));
    return make("div", { className: "quote-cell" }, make("span", { className: "med num" }, price), below);
  };

  // ---- live prices
  const figuresOf = (quote, row) => {
    const state = basis.quoteState(quote);
    const fresh = !["stale", "delayed"].includes(state);
    const note = `${basis.quoteWord(quote)}, ${format.moment(quote.at, zone())}`;
    const change = format.missing(quote.previous_close) ? null : quote.price - quote.previous_close;
    const [low, high] = row.year_range || [];
    const year = format.missing(low) ? row.year_range : [Math.min(low, quote.price), Math.max(high, quote.price)];
    return {
      price: quote.price,
      change,
      change_pct: change === null || !quote.previous_close ? null : change / quote.previous_close,
      year_range: year,
      market: MARKETS[quote.market_state] || row.market,
      price_status: fresh ? "ok" : state,
      price_note: note,
      price_of: note,
    };
  };
  const shown = (api, node, quote) => {
    const values = figuresOf(quote, node.data);
    if (quote.currency !== node.data.currency) return; // another unit: no price of this row
    const before = node.data;
    const row = { ...before, ...values };
    if (Object.keys(values).every((field) => String(row[field]) === String(before[field]))) return;
    node.updateData(row);
    // A range is drawn from the price too, and a clock comes before a price that has become stale.
    const columns = ["year_range"];
    if (row.price_status !== before.price_status || !api.getColumn("change")) columns.push("price");
    api.refreshCells({ rowNodes: [node], columns: columns.filter((name) => api.getColumn(name)), force: true });
  };
  let timer = 0;
  const move = () => {
    clearTimeout(timer);
    if (!document.getElementById("watchlist-body") || !live.quotes.size) return;
    const api = gridApi();
    if (!api || !api.getDisplayedRowCount()) {
      timer = setTimeout(move, WAIT_MS); // a grid is drawn, and even loaded, some time after its page
      return;
    }
    if (api.getEditingCells().length) return; // a note is being written: the next price tells
    live.quotes.forEach((quote) => {
      const node = api.getRowNode(quote.symbol);
      if (node) shown(api, node, quote);
    });
  };
  // Quotes come many at once: one look at all of them a frame.
  let isDue = false;
  const soon = () => {
    if (isDue) return;
    isDue = true;
    requestAnimationFrame(() => {
      isDue = false;
      move();
    });
  };
  document.addEventListener("basis:quote", soon);
  document.addEventListener("basis:link", soon); // a price that is frozen says so in its row
})();

// Watchlists: rows are dragged or moved, notes written, instruments taken off; what their cells show.
(() => {
  "use strict";
  const basis = window.basis;
  const { format } = basis;
  const GRID = "watchlist-grid";
  const make = (...all) => window.React.createElement(...all);
  const functions = (window.dashAgGridFunctions = window.dashAgGridFunctions || {});
  const components = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});
  // A note has a place of its own: it is often written by the click that asks for something else.
  const tell = (id, data) => window.dash_clientside.set_props(id, { data: { ...data, at: Date.now() } });
  const ask = (data) => tell("watchlist-asked", data);
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
  const noted = (symbol, note) => tell("watchlist-noted", { symbol, note: note || "" });
  const removed = (symbol) => ask({ what: "remove", symbol });
  const moveRow = (api, symbol, by) => {
    const rows = rowsOf(api);
    const from = rows.findIndex((row) => row.symbol === symbol);
    const to = from + by;
    if (from < 0 || to < 0 || to >= rows.length) return;
    rows.splice(to, 0, ...rows.splice(from, 1));
    api.setGridOption("rowData", rows);
    keepOrder(rows);
  };
  basis.watchlist = { gridApi, moveRow, noted, removed };
  Object.assign(functions, {
    watchlistDragged: (params) => keepOrder(rowsOf(params.api)),
    watchlistNoted: (params) => params.column.getColId() === "note" && noted(params.data.symbol, params.newValue),
    watchlistDrawn: () => document.dispatchEvent(new CustomEvent("basis:watchlist")),
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
      act("x-lg", `Take ${symbol} off the list`, () => removed(symbol)),
    );
  };
  // Where the price is between the lowest and the highest: of the closes of the year, or of the day.
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
})();

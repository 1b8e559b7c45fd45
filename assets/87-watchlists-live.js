// The cells of a watchlist follow the live prices: price, change, ranges, the ends of the trends, the market.
(() => {
  "use strict";
  const basis = window.basis;
  const { format, live } = basis;
  const WAIT_MS = 250;
  const MARKETS = { open: "Open", pre: "Pre-market", post: "After hours", closed: "Closed" };
  const DRAWN_BY_PRICE = ["trend_30", "trend_90", "day_range", "year_range"];
  const DIGITS = 5; // of a trend
  const zone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;

  // A trend ends at the price: a new day is one more point, and the oldest one goes.
  const trendOf = (trend, price, isNewDay) => {
    if (!trend || trend.length < 2) return trend;
    return [...(isNewDay ? trend.slice(1) : trend.slice(0, -1)), Number(price.toPrecision(DIGITS))];
  };
  const trendsOf = (quote, row) => {
    const { trend_30, trend_90, priced_on } = row;
    const day = basis.localTime(quote.at, row.zone).slice(0, 10);
    if (!priced_on || day < priced_on) return { trend_30, trend_90, priced_on };
    const ended = (trend) => trendOf(trend, quote.price, day > priced_on);
    return { trend_30: ended(trend_30), trend_90: ended(trend_90), priced_on: day };
  };
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
      ...trendsOf(quote, row),
      day_range: [quote.low ?? null, quote.high ?? null],
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
    // What is drawn from the price too, and a clock that comes before a price that has become stale.
    const columns = DRAWN_BY_PRICE.filter(
      (field) => String(row[field]) !== String(before[field]) || field.endsWith("range"),
    );
    if (row.price_status !== before.price_status || !api.getColumn("change")) columns.push("price");
    api.refreshCells({ rowNodes: [node], columns: columns.filter((name) => api.getColumn(name)), force: true });
  };
  let timer = 0;
  const move = () => {
    clearTimeout(timer);
    if (!document.getElementById("watchlist-body") || !live.quotes.size) return;
    const api = basis.watchlist.gridApi();
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
  document.addEventListener("basis:watchlist", move); // it has been drawn
  document.addEventListener("basis:quote", soon);
  document.addEventListener("basis:link", soon); // a price that is frozen says so in its row
})();

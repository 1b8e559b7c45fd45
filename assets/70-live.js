// Live prices: listens to the stream and moves what is on the screen. Nothing here computes a figure.
(() => {
  "use strict";
  const basis = (window.basis = window.basis || {});
  const format = basis.format;
  const RETRY_MS = [1000, 2000, 5000, 10000, 30000];
  const ANNOUNCE_MS = 30000;
  const GRID_MS = 250;
  const GRID_TRIES = 40;
  const WORDS = { live: "Live", delayed: "Delayed", stale: "Stale", closed: "Market closed" };
  const DOTS = { live: "dot live", delayed: "dot warn", stale: "dot warn", closed: "dot", known: "dot" };
  const ARROWS = { up: "▲ ", down: "▼ ", flat: "" };
  let source = null;
  let address = "";
  let page = "";
  let failures = 0;
  let timer = 0;
  let announcedAt = 0;
  let said = "";
  // What came last is laid over again whenever the page is drawn anew: a portfolio's frame, and quotes by symbol.
  let last = null;
  const quotes = new Map();

  const byId = (id) => document.getElementById(id);
  const setText = (element, text) => {
    if (element && element.textContent !== text) element.textContent = text;
  };
  const setDirection = (element, value, decimals) => {
    if (!element) return;
    element.classList.remove("up", "down", "flat");
    element.classList.add(format.direction(value, decimals));
  };
  const signed = { signed: true };
  const zone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;

  // ---- what the top bar says of the prices on the page: never "live" for a price that is not
  const say = (state, text) => {
    const dot = byId("live-dot");
    if (dot) dot.className = DOTS[state] || "dot warn";
    setText(byId("live-text"), text);
  };
  // A phone has room for the time alone, where it is today's.
  const phone = window.matchMedia("(max-width: 767px)");
  const moment = (at) => {
    const isToday = new Date(at).toDateString() === new Date().toDateString();
    return phone.matches && isToday ? format.clock(at, zone()) : format.moment(at, zone());
  };
  const sayPrices = (freshness, at) => {
    said = moment(at);
    say(freshness, `${WORDS[freshness] || "Prices"}, ${said}`);
  };
  const sayStored = (wanted) => {
    said = wanted.priced_on ? format.day(wanted.priced_on) : "";
    if (!said) return say("known", "");
    say(wanted.stale ? "stale" : "known", `${wanted.stale ? "Stale, prices" : "Prices"} of ${said}`);
  };
  const sayReconnecting = () => say("reconnecting", said ? `Reconnecting, prices of ${said}` : "Reconnecting");

  // ---- a portfolio
  const moveHeadline = (data) => {
    const value = byId("live-value");
    if (!value) return;
    const currency = value.dataset.currency;
    const [whole, decimals] = format.money(data.market_value, currency).split(".");
    const now = Date.now();
    // A reader hears the headline twice a minute at most.
    value.setAttribute("aria-live", now - announcedAt > ANNOUNCE_MS ? "polite" : "off");
    if (now - announcedAt > ANNOUNCE_MS) announcedAt = now;
    setText(byId("live-whole"), whole);
    setText(byId("live-dec"), decimals ? `.${decimals}` : "");
    setText(byId("live-day"), format.money(data.day_change, currency, undefined, signed));
    const percent = format.percent(data.day_change_pct, 2, signed);
    setText(byId("live-day-pct"), `${ARROWS[format.direction(data.day_change)]}${percent}`);
    const today = new Date().toISOString().slice(0, 10);
    setText(byId("live-when"), !data.session || data.session === today ? "today" : `on ${format.day(data.session)}`);
    setDirection(byId("live-change"), data.day_change);
    setDirection(byId("live-day-pct"), data.day_change);
    moveFigures(data, currency, percent);
    sayCounts(data);
  };
  const moveFigures = (data, currency, percent) => {
    setText(document.querySelector("#kpi-value .v"), format.compact(data.market_value, currency));
    setText(document.querySelector("#kpi-day .v"), percent);
    setDirection(document.querySelector("#kpi-day .v"), data.day_change);
    setText(document.querySelector("#kpi-day .s"), format.money(data.day_change, currency, undefined, signed));
  };
  const sayCounts = (data) => {
    const total = data.positions.length;
    const parts = data.live || data.delayed || data.stale ? [`${data.live} of ${total} prices live`] : [];
    if (!parts.length) parts.push(total === 1 ? "1 price at the close" : `${total} prices at the close`);
    if (data.delayed) parts.push(`${data.delayed} delayed`);
    if (data.stale) parts.push(`${data.stale} stale`);
    if (data.unpriced.length) parts.push(`${data.unpriced.length} without a price`);
    setText(byId("live-meta"), parts.join(", "));
  };

  // ---- its holdings: a grid, and a list on a phone
  const gridApi = (id) => {
    if (!byId(id) || !window.dash_ag_grid) return null;
    try {
      return window.dash_ag_grid.getApi(id);
    } catch {
      return null; // the grid is not ready yet
    }
  };
  const FIELDS = ["price", "market_value", "day_change", "day_change_pct", "unrealized", "unrealized_pct", "weight"];
  const TOTALS = ["market_value", "day_change", "day_change_pct", "unrealized", "unrealized_pct"];
  const moveRow = (node, position, largest) => {
    const row = { ...node.data };
    for (const field of FIELDS) row[field] = position[field];
    row.weight_of_largest = largest > 0 ? (position.weight || 0) / largest : null;
    if (position.freshness) {
      row.price_status = position.freshness === "closed" ? "ok" : position.freshness;
      row.price_note = `${WORDS[position.freshness]}, ${format.moment(position.at, zone())}`;
    }
    // Only what is shown differently: a row that is set anew is drawn anew.
    if (Object.keys(row).some((field) => row[field] !== node.data[field])) node.updateData(row);
  };
  const moveGrid = (data) => {
    const api = gridApi("holdings-grid");
    if (!api) return false;
    const largest = Math.max(...data.positions.map((position) => position.weight || 0));
    for (const position of data.positions) {
      const node = api.getRowNode(position.symbol);
      if (node) moveRow(node, position, largest);
    }
    const total = api.getPinnedBottomRow(0);
    if (!total) return false;
    total.updateData({ ...total.data, ...Object.fromEntries(TOTALS.map((field) => [field, data[field]])) });
    return true;
  };
  const moveList = (data) => {
    const value = byId("live-value");
    const rows = new Map([...document.querySelectorAll(".mrow[data-symbol]")].map((row) => [row.dataset.symbol, row]));
    for (const position of value ? data.positions : []) {
      const row = rows.get(position.symbol);
      if (!row) continue;
      const change = row.querySelector(".mchg");
      setText(row.querySelector(".mval"), format.money(position.market_value, value.dataset.currency, 0));
      const percent = format.percent(position.day_change_pct, 2, signed);
      setText(change, `${ARROWS[format.direction(position.day_change_pct, 4)]}${percent}`);
      setDirection(change, position.day_change_pct, 4);
    }
  };
  const movePortfolio = (data) => {
    moveHeadline(data);
    moveList(data);
    if (data.freshness) sayPrices(data.freshness, data.at);
    document.dispatchEvent(new CustomEvent("basis:portfolio", { detail: data }));
    return moveGrid(data);
  };
  const tell = (quote) => document.dispatchEvent(new CustomEvent("basis:quote", { detail: quote }));
  const takeQuote = (quote) => {
    const before = quotes.get(quote.symbol);
    quotes.set(quote.symbol, quote);
    if (JSON.stringify(before) !== JSON.stringify(quote)) tell(quote);
  };
  // A grid is drawn some time after its page, and where markets are closed no other frame may follow.
  const repaint = (tries = 0) => {
    if (!tries) quotes.forEach(tell);
    if (!last || !source) return;
    if (!movePortfolio(last) && byId("holdings-grid") && tries < GRID_TRIES) setTimeout(repaint, GRID_MS, tries + 1);
  };
  basis.repaintLive = () => requestAnimationFrame(() => repaint());

  // ---- one instrument
  const movePrice = (quote) => {
    const price = byId("live-price");
    if (!price || price.dataset.symbol !== quote.symbol || price.dataset.currency !== quote.currency) return;
    setText(price, format.price(quote.price, quote.currency, { min_decimals: Number(price.dataset.decimals || 0) }));
    const before = quote.previous_close == null ? Number(price.dataset.previousClose) : quote.previous_close;
    if (before > 0) {
      const change = quote.price - before;
      const decimals = (price.textContent.split(".")[1] || "").length; // a change has the decimals of its price
      const amount = format.money(change, quote.currency, decimals, signed);
      const percent = format.percent(change / before, 2, signed);
      setText(byId("live-price-change"), `${ARROWS[format.direction(change, 8)]}${amount} (${percent})`);
      setDirection(byId("live-price-change"), change);
    }
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    const live = `${WORDS[quote.freshness]}, ${format.moment(quote.at, zone)}`;
    setText(byId("live-price-when"), quote.freshness === "closed" ? `Close of ${format.day(quote.at)}` : live);
    sayPrices(quote.freshness, quote.at);
  };
  document.addEventListener("basis:quote", (event) => movePrice(event.detail));

  // ---- the stream
  const handlers = {
    portfolio: (data) => {
      const first = !last;
      last = data;
      if (first) repaint();
      else movePortfolio(data);
    },
    quotes: (data) => data.quotes.forEach(takeQuote),
    changed: () => document.dispatchEvent(new CustomEvent("basis:changed")),
    end: (data) => {
      stop();
      if (data.reason === "signed_out") basis.signIn();
      else document.dispatchEvent(new CustomEvent("basis:changed"));
    },
  };
  const stop = () => {
    clearTimeout(timer);
    if (source) source.close();
    source = null;
    address = "";
    last = null;
    quotes.clear();
  };
  // A refusal tells no status to an EventSource: a session that has ended shows in the answer of the page's own server.
  const knock = () => fetch("/_dash-dependencies", { method: "HEAD" }).catch(() => {});
  const open = (url) => {
    if (source) source.close();
    const own = (source = new EventSource(url, { withCredentials: true }));
    own.onopen = () => {
      failures = 0;
      if (last) movePortfolio(last);
    };
    own.onerror = () => {
      if (own !== source) return;
      sayReconnecting();
      if (own.readyState !== EventSource.CLOSED) return;
      knock();
      const wait = RETRY_MS[Math.min(failures++, RETRY_MS.length - 1)];
      timer = setTimeout(() => address === url && open(url), wait);
    };
    for (const [name, handle] of Object.entries(handlers)) {
      own.addEventListener(name, (event) => own === source && handle(JSON.parse(event.data)));
    }
  };
  const addressOf = (wanted) => {
    const base = wanted.url || `${location.protocol}//${location.hostname}:${wanted.port}`;
    if (wanted.portfolio != null) return `${base}/portfolios/${wanted.portfolio}`;
    if (!wanted.symbols.length) return ""; // an empty list has nothing to listen to
    return `${base}/quotes?symbols=${encodeURIComponent(wanted.symbols.join(","))}`;
  };

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.live = {
    listen: (wanted) => {
      const url = wanted ? addressOf(wanted) : "";
      page = location.pathname;
      if (url === address) {
        repaint();
      } else {
        stop();
        address = url;
        failures = 0;
        if (url) {
          sayStored(wanted);
          open(url);
        }
      }
      return window.dash_clientside.no_update;
    },
  };
  // Another page listens to something else, or to nothing; a change of the view is no other page.
  const leave = () => {
    if (location.pathname === page) return;
    stop();
    say("known", "");
  };
  window.addEventListener("_dashprivate_pushstate", leave);
  window.addEventListener("popstate", leave);
  window.addEventListener("pagehide", stop);
  // A page that the browser kept and shows again: what it listened to has ended.
  window.addEventListener("pageshow", (event) => event.persisted && location.reload());
})();

// Live prices: listens to the stream and moves what is on the screen. Nothing here computes a figure.
(() => {
  "use strict";
  const basis = (window.basis = window.basis || {});
  const format = basis.format;
  const RETRY_MS = [1000, 2000, 5000, 10000, 30000];
  const ANNOUNCE_MS = 30000;
  const WORDS = { live: "Live", delayed: "Delayed", stale: "Stale", closed: "Market closed" };
  const DOTS = { live: "dot live", delayed: "dot warn", stale: "dot warn", closed: "dot" };
  let source = null;
  let address = "";
  let failures = 0;
  let timer = 0;
  let announcedAt = 0;

  const byId = (id) => document.getElementById(id);
  const setText = (id, text) => {
    const element = byId(id);
    if (element && element.textContent !== text) element.textContent = text;
  };
  const setDirection = (element, value) => {
    if (!element) return;
    element.classList.remove("up", "down", "flat");
    element.classList.add(format.direction(value));
  };

  // What the top bar says of the prices on the page: never "live" for a price that is not.
  const say = (state, text) => {
    const dot = byId("live-dot");
    if (dot) dot.className = DOTS[state] || "dot warn";
    setText("live-text", text);
  };
  const sayPrices = (freshness, at) =>
    say(freshness, `${WORDS[freshness] || "Prices"}, ${format.moment(at, Intl.DateTimeFormat().resolvedOptions().timeZone)}`);

  const ARROWS = { up: "▲ ", down: "▼ ", flat: "" };
  const moveHeadline = (data) => {
    const value = byId("live-value");
    if (!value) return;
    const currency = value.dataset.currency;
    const [whole, decimals] = format.money(data.market_value, currency).split(".");
    const now = Date.now();
    // A reader hears the headline twice a minute at most.
    value.setAttribute("aria-live", now - announcedAt > ANNOUNCE_MS ? "polite" : "off");
    if (now - announcedAt > ANNOUNCE_MS) announcedAt = now;
    setText("live-whole", whole);
    setText("live-dec", decimals ? `.${decimals}` : "");
    setText("live-day", format.money(data.day_change, currency, undefined, { signed: true }));
    const percent = format.percent(data.day_change_pct, 2, { signed: true });
    setText("live-day-pct", `${ARROWS[format.direction(data.day_change)]}${percent}`);
    setText("live-when", data.session === new Date().toISOString().slice(0, 10) ? "today" : `on ${format.day(data.session)}`);
    setDirection(byId("live-change"), data.day_change);
    setDirection(byId("live-day-pct"), data.day_change);
    moveKpis(data, currency, percent);
    const total = data.positions.length;
    const parts = [`${data.live} of ${total} prices live`];
    if (data.delayed) parts.push(`${data.delayed} delayed`);
    if (data.stale) parts.push(`${data.stale} stale`);
    setText("live-meta", data.live || data.delayed || data.stale ? parts.join(", ") : `${total} prices at the close`);
  };
  const moveKpis = (data, currency, percent) => {
    const value = document.querySelector("#kpi-value .v");
    if (value) value.textContent = format.compact(data.market_value, currency);
    const day = document.querySelector("#kpi-day .v");
    if (day) {
      day.textContent = percent;
      setDirection(day, data.day_change);
      document.querySelector("#kpi-day .s").textContent = format.money(data.day_change, currency, undefined, {
        signed: true,
      });
    }
  };

  const gridApi = (id) => {
    if (!byId(id) || !window.dash_ag_grid) return null;
    try {
      return window.dash_ag_grid.getApi(id);
    } catch {
      return null; // the grid is not on the page yet; the next frame will find it
    }
  };
  const FIELDS = [
    "price",
    "market_value",
    "day_change",
    "day_change_pct",
    "unrealized",
    "unrealized_pct",
    "weight",
  ];
  const moveGrid = (data) => {
    const api = gridApi("holdings-grid");
    if (!api) return;
    const largest = Math.max(...data.positions.map((position) => position.weight || 0));
    for (const position of data.positions) {
      const node = api.getRowNode(position.symbol);
      if (!node) continue;
      const row = { ...node.data };
      for (const field of FIELDS) row[field] = position[field];
      row.weight_of_largest = largest > 0 ? (position.weight || 0) / largest : null;
      if (position.freshness) {
        row.price_status = position.freshness === "closed" ? "ok" : position.freshness;
        row.price_note = `${WORDS[position.freshness]}, ${format.moment(position.at)}`;
      }
      node.updateData(row);
    }
    const total = api.getPinnedBottomRow(0);
    if (total)
      total.updateData({
        ...total.data,
        market_value: data.market_value,
        day_change: data.day_change,
        day_change_pct: data.day_change_pct,
      });
  };

  const movePrice = (quote) => {
    const price = byId("live-price");
    if (!price || price.dataset.symbol !== quote.symbol || price.dataset.currency !== quote.currency) return;
    setText("live-price", format.price(quote.price, quote.currency));
    const before = quote.previous_close == null ? Number(price.dataset.previousClose) : quote.previous_close;
    if (before > 0) {
      const change = quote.price - before;
      const decimals = (price.textContent.split(".")[1] || "").length; // a change has the decimals of its price
      const words = `${ARROWS[format.direction(change, 8)]}${format.money(change, quote.currency, decimals, { signed: true })} (${format.percent(change / before, 2, { signed: true })})`;
      setText("live-price-change", words);
      setDirection(byId("live-price-change"), change);
    }
    const closed = quote.freshness === "closed";
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    setText(
      "live-price-when",
      closed ? `Close of ${format.day(quote.at)}` : `${WORDS[quote.freshness]}, ${format.moment(quote.at, zone)}`,
    );
    sayPrices(quote.freshness, quote.at);
  };

  const handlers = {
    portfolio: (data) => {
      moveHeadline(data);
      moveGrid(data);
      if (data.freshness) sayPrices(data.freshness, data.at);
    },
    quotes: (data) => data.quotes.forEach(movePrice),
    changed: () => document.dispatchEvent(new CustomEvent("basis:changed")),
    end: () => {
      stop();
      basis.signIn();
    },
  };

  const stop = () => {
    clearTimeout(timer);
    if (source) source.close();
    source = null;
    address = "";
  };
  const open = (url) => {
    if (source) source.close();
    source = new EventSource(url, { withCredentials: true });
    source.onopen = () => {
      failures = 0;
    };
    source.onerror = () => {
      say("reconnecting", "Reconnecting");
      if (source && source.readyState === EventSource.CLOSED) {
        timer = setTimeout(() => address === url && open(url), RETRY_MS[Math.min(failures++, RETRY_MS.length - 1)]);
      }
    };
    for (const [name, handle] of Object.entries(handlers)) {
      source.addEventListener(name, (event) => handle(JSON.parse(event.data)));
    }
  };

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.live = {
    listen: (wanted) => {
      const base = wanted && (wanted.url || `${location.protocol}//${location.hostname}:${wanted.port}`);
      const path =
        wanted && (wanted.portfolio != null ? `/portfolios/${wanted.portfolio}` : `/quotes?symbols=${encodeURIComponent(wanted.symbol)}`);
      const url = wanted ? base + path : "";
      if (url !== address) {
        stop();
        address = url;
        failures = 0;
        if (url) open(url);
      }
      return window.dash_clientside.no_update;
    },
  };
  // A page without a source is no listener: the store went with the page that was left.
  window.addEventListener("_dashprivate_pushstate", () => {
    stop();
    say("", "");
    setText("live-text", "");
  });
  window.addEventListener("pagehide", stop);
})();

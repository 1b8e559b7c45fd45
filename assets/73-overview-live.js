// The overview follows the live prices: its headline, the day's contribution and the allocation's tiles.
(() => {
  "use strict";
  const basis = window.basis;
  const { format, live } = basis;
  const ANNOUNCE_MS = 30000;
  const ARROWS = { up: "▲ ", down: "▼ ", flat: "" };
  const EACH_SIDE = 3;
  const TILES_MS = 2000;
  const signed = { signed: true };
  const byId = (id) => document.getElementById(id);
  const make = (tag, className, text) => {
    const element = document.createElement(tag);
    element.className = className;
    if (text !== undefined) element.textContent = text;
    return element;
  };

  const setText = (element, text) => {
    if (element && element.textContent !== text) element.textContent = text;
  };
  const setDirection = (element, value) => {
    if (!element) return;
    element.classList.remove("up", "down", "flat");
    element.classList.add(format.direction(value));
  };

  // ---- the headline, which a reader hears twice a minute at most
  let announcedAt = 0;
  const announce = (value) => {
    const isDue = Date.now() - announcedAt > ANNOUNCE_MS;
    value.setAttribute("aria-live", isDue ? "polite" : "off");
    if (isDue) announcedAt = Date.now();
  };
  const moveHeadline = (data) => {
    const value = byId("live-value");
    if (!value) return;
    const currency = value.dataset.currency;
    const [whole, decimals] = format.money(data.market_value, currency).split(".");
    announce(value);
    setText(byId("live-whole"), whole);
    setText(byId("live-dec"), decimals ? `.${decimals}` : "");
    setText(byId("live-day"), format.money(data.day_change, currency, undefined, signed));
    const percent = format.percent(data.day_change_pct, 2, signed);
    setText(byId("live-day-pct"), `${ARROWS[format.direction(data.day_change)] || ""}${percent}`);
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
  const counted = (data) => {
    const total = data.positions.length;
    if (live.link === "stale") return [`${total === 1 ? "1 price" : `${total} prices`}, frozen`];
    const parts = data.live || data.delayed || data.stale ? [`${data.live} of ${total} prices live`] : [];
    if (!parts.length) parts.push(total === 1 ? "1 price at the close" : `${total} prices at the close`);
    if (data.delayed) parts.push(`${data.delayed} delayed`);
    if (data.stale) parts.push(`${data.stale} stale`);
    return parts;
  };
  const sayCounts = (data) => {
    const parts = counted(data);
    if (data.unpriced.length) parts.push(`${data.unpriced.length} without a price`);
    setText(byId("live-meta"), parts.join(", "));
  };

  // ---- the largest gains, then the largest losses, as the server draws them
  const moved = (positions) => {
    const sorted = positions.filter((one) => one.day_change).sort((a, b) => b.day_change - a.day_change);
    const gains = sorted.filter((one) => one.day_change > 0).slice(0, EACH_SIDE);
    return [...gains, ...sorted.filter((one) => one.day_change < 0).slice(-EACH_SIDE)];
  };
  const barOf = (position, largest, currency) => {
    const direction = format.direction(position.day_change);
    const bar = make("span", `bar ${direction}`);
    bar.style.setProperty("--share", `${((Math.abs(position.day_change) / largest) * 50).toFixed(1)}%`);
    const axis = make("span", "axis");
    axis.append(bar);
    const name = make("span", "med ell", position.symbol);
    name.title = position.symbol;
    const row = make("div", "bar-row");
    row.append(name, axis, make("span", `num r ${direction}`, format.money(position.day_change, currency, 0, signed)));
    return row;
  };
  const moveBars = (data) => {
    const place = byId("day-bars");
    if (!place) return;
    const shown = moved(data.positions);
    const largest = Math.max(...shown.map((one) => Math.abs(one.day_change)));
    place.replaceChildren(...shown.map((one) => barOf(one, largest, place.dataset.currency)));
  };

  // ---- the tiles keep their areas; what is written on them is what the grid says
  const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const written = (text, position) => {
    const lines = text.split("<br>");
    if (lines.length > 1) lines[1] = format.percent(position.weight, 1);
    if (lines.length > 2) {
      const tone = color(`${format.direction(position.day_change_pct, 4)}-text`);
      lines[2] = `<span style="color:${tone}">${format.percent(position.day_change_pct, 2, signed)}</span>`;
    }
    return lines.join("<br>");
  };
  let movedAt = 0;
  const moveTiles = (data) => {
    const plot = document.querySelector("#allocation-chart .js-plotly-plot");
    if (!plot || !plot.data || !plot.data[0] || !plot.data[0].ids || Date.now() - movedAt < TILES_MS) return;
    movedAt = Date.now();
    const positions = new Map(data.positions.map((one) => [`tile:${one.symbol}`, one]));
    const { ids, text } = plot.data[0];
    const texts = ids.map((id, at) => (positions.has(id) ? written(text[at], positions.get(id)) : text[at]));
    if (texts.some((one, at) => one !== text[at])) window.Plotly.restyle(plot, { text: [texts] }, [0]);
  };

  const nameTab = (data) => {
    const name = byId("switcher-name");
    basis.liveTitle(name ? name.textContent : "", data.day_change_pct, live.link === "stale");
  };
  document.addEventListener("basis:portfolio", ({ detail }) => {
    moveHeadline(detail);
    moveBars(detail);
    moveTiles(detail);
    nameTab(detail);
  });
  document.addEventListener("basis:link", () => {
    if (!live.frame) return;
    if (byId("live-meta")) sayCounts(live.frame);
    nameTab(live.frame);
  });
})();

// The overview's cards beside the grid follow the same live figures: the day's contribution and the allocation's tiles.
(() => {
  "use strict";
  const format = window.basis.format;
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

  document.addEventListener("basis:portfolio", (event) => {
    moveBars(event.detail);
    moveTiles(event.detail);
  });
})();

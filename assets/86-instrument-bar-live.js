// The chart of an instrument ends at its quote: the last bar, the line across and the tag move with it, and a bar begins
// where a new day (or step within one) does. Indicators end at the last close.
(() => {
  "use strict";
  const basis = window.basis;
  const { format } = basis;
  const PAINT_MS = 1000;
  const PAD = 0.04;
  const byId = (id) => document.getElementById(id);
  const last = (list) => list[list.length - 1];

  const monday = (day) => Math.floor((Date.parse(day) / 86400000 + 3) / 7);
  const isOneBar = (interval, one, other) =>
    !interval ||
    one === other ||
    (interval === "M" && one.slice(0, 7) === other.slice(0, 7)) ||
    (interval === "W" && monday(one) === monday(other));
  const hasRoom = (plot, day) => {
    const breaks = (plot.layout.xaxis.rangebreaks || []).filter((pause) => pause.bounds);
    const weekday = new Date(day).getUTCDay();
    return !breaks.length || (weekday > 0 && weekday < 6);
  };
  const replaced = (list, value) => [...list.slice(0, -1), value];
  // What is told of the day of a price; a bar within it has no use for that.
  const toldOf = (quote, place) => {
    const told = (name, other) => {
      const known = !place.minutes && quote[name] != null;
      return known ? Number(quote[name].toFixed(place.decimals + 2)) : other;
    };
    const price = Number(quote.price.toFixed(place.decimals + 2));
    const open = told("open", price);
    const high = Math.max(told("high", price), open, price);
    return { open, high, low: Math.min(told("low", price), open, price), price };
  };
  // A day that has no stored bar yet is drawn by what is told of it: flat, where that is its last price alone.
  const barOf = (trace, place, slot, isOne, told) => {
    const isOwn = place.slot === last(trace.x);
    const grown = isOne ? replaced : (list, value) => [...list, value];
    const x = grown(trace.x, place.interval || place.minutes ? slot : last(trace.x));
    if (trace.type !== "candlestick") return { x, y: grown(trace.y, told.price) };
    const isStored = isOne && !isOwn;
    return {
      x,
      open: isStored ? trace.open : grown(trace.open, told.open),
      high: grown(trace.high, isStored ? Math.max(last(trace.high), told.high) : told.high),
      low: grown(trace.low, isStored ? Math.min(last(trace.low), told.low) : told.low),
      close: grown(trace.close, told.price),
    };
  };
  const isDrawn = (bar, trace) => Object.entries(bar).every(([name, list]) => last(list) === last(trace[name]));
  // Open, high, low and close in the corner of the pane; the volume is of the last stored bar.
  const written = (name, value, tone, place) =>
    `${name} <span style="color:@{${tone}}">${format.number(value, place.decimals)}</span>`;
  const readout = (bar, place, before) => {
    const close = last(bar.close || bar.y);
    const isOwn = place.slot === last(bar.x);
    if (isOwn && (!bar.open || last(bar.high) === last(bar.low))) return written("C", close, "up-text", place);
    if (!bar.open) return before.replace(/C <span.*?<\/span>/, written("C", close, "text-1", place));
    const tone = close < last(bar.open) ? "down-text" : "up-text";
    const parts = Object.entries({ O: bar.open, H: bar.high, L: bar.low, C: bar.close });
    const volume = isOwn ? null : /Vol .*$/.exec(before);
    return [...parts.map(([name, list]) => written(name, last(list), tone, place)), ...(volume || [])].join("  ");
  };
  const recolor = (plot, layout, path, text) => {
    plot.layout.meta.colors[path.replace(/\[(\d+)\]/g, ".$1")] = text; // for another theme
    layout[path] = basis.resolveColors(text);
  };
  const layoutOf = (plot, place, bar, price) => {
    const closes = bar.close || bar.y;
    const fill = closes.length < 2 || price >= closes[closes.length - 2] ? "up-fill" : "down-fill";
    const [low, high] = plot.layout.yaxis.range;
    const pad = (high - low) * PAD;
    const [bottom, top] = bar.low ? [last(bar.low), last(bar.high)] : [price, price];
    const layout = {
      "annotations[0].y": price,
      "annotations[0].text": format.number(price, place.decimals),
      "shapes[0].y0": price,
      "shapes[0].y1": price,
      "yaxis.range": [Math.min(low, bottom - pad), Math.max(high, top + pad)],
    };
    recolor(plot, layout, "annotations[0].bgcolor", `@{${fill}}`);
    recolor(plot, layout, "annotations[0].font.color", `@{ink:${fill}}`);
    recolor(plot, layout, "shapes[0].line.color", `@{${fill}}`);
    recolor(plot, layout, "annotations[1].text", readout(bar, place, plot.layout.meta.colors["annotations.1.text"]));
    return layout;
  };
  const naive = (text) => Date.parse(text.length > 10 ? `${text.slice(0, 16)}Z` : text);
  const named = (milliseconds, length) => new Date(milliseconds).toISOString().slice(0, length);
  // The bar that a moment belongs to: a day, or the step within the day that it lies in.
  const slotOf = (place, before, now) => {
    if (!place.minutes) return now.slice(0, 10);
    const step = place.minutes * 60000;
    return named(naive(before) + Math.max(0, Math.floor((naive(now) - naive(before)) / step)) * step, 16);
  };
  const update = (plot, place, bar, layout) => {
    const { floor, trace } = place;
    const ends = [bar.x[0], last(bar.x)];
    const traces = Object.entries(bar).map(([name, list]) => [name, [list]]);
    if (floor == null) window.Plotly.update(plot, Object.fromEntries(traces), layout, [trace]);
    else window.Plotly.update(plot, { x: [ends, bar.x], y: [plot.data[floor].y, bar.y] }, layout, [floor, trace]);
  };
  const paint = () => {
    const plot = document.querySelector("#px-chart .js-plotly-plot");
    const place = plot && plot.layout && plot.layout.meta && plot.layout.meta.live;
    const trace = place && plot.data[place.trace];
    const quote = basis.shownQuote();
    if (!trace || !quote) return;
    const before = last(trace.x);
    const now = basis.localTime(quote.at, byId("live-price").dataset.zone);
    const [day, lastDay] = [now.slice(0, 10), before.slice(0, 10)];
    // A bar within a day, or of several, takes prices of its own day alone: what comes after it comes with its bars.
    if (day < lastDay || (!place.interval && day > lastDay) || !hasRoom(plot, day)) return;
    // What a market closed at belongs to its last bar.
    const slot = place.minutes && quote.freshness === "closed" ? before.slice(0, 16) : slotOf(place, before, now);
    const isOne = place.minutes ? slot === before.slice(0, 16) : isOneBar(place.interval, before, day);
    const told = toldOf(quote, place);
    const bar = barOf(trace, place, slot, isOne, told);
    if (isOne && isDrawn(bar, trace)) return;
    if (!isOne) place.slot = slot;
    const layout = layoutOf(plot, place, bar, told.price);
    if (last(bar.x) !== before) {
      layout["xaxis.range"] = [plot.layout.xaxis.range[0], named(naive(slot) + place.half_minutes * 60000, 16)];
    }
    update(plot, place, bar, layout);
  };
  setInterval(paint, PAINT_MS);
})();

// The page of an instrument follows its quote: the price at the head, the chart's last bar, the title of the tab.
(() => {
  "use strict";
  const basis = window.basis;
  const { format, live } = basis;
  const PAINT_MS = 1000;
  const PAD = 0.04;
  const ARROWS = { up: "▲ ", down: "▼ ", flat: "" };
  const signed = { signed: true };
  const byId = (id) => document.getElementById(id);
  const setText = (element, text) => {
    if (element && element.textContent !== text) element.textContent = text;
  };
  const last = (list) => list[list.length - 1];

  // ---- the head
  const mine = () => {
    const price = byId("live-price");
    const quote = price && live.quotes.get(price.dataset.symbol);
    return quote && quote.currency === price.dataset.currency ? quote : null;
  };
  const moveChange = (price, quote) => {
    const before = quote.previous_close == null ? Number(price.dataset.previousClose) : quote.previous_close;
    if (!(before > 0)) return null;
    const change = quote.price - before;
    const decimals = (price.textContent.split(".")[1] || "").length; // a change has the decimals of its price
    const amount = format.money(change, quote.currency, decimals, signed);
    const moved = byId("live-price-change");
    const direction = format.direction(change, 8);
    setText(moved, `${ARROWS[direction] || ""}${amount} (${format.percent(change / before, 2, signed)})`);
    moved.classList.remove("up", "down", "flat");
    moved.classList.add(direction);
    return change / before;
  };
  const moveHead = () => {
    const quote = mine();
    if (!quote) return;
    const price = byId("live-price");
    const fewest = { min_decimals: Number(price.dataset.decimals || 0) };
    setText(price, format.price(quote.price, quote.currency, fewest));
    const change = moveChange(price, quote);
    const state = basis.quoteState(quote);
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    const when = `${basis.quoteWord(quote)}, ${format.moment(quote.at, zone)}`;
    setText(byId("live-price-when"), ["closed", "known"].includes(state) ? `Close of ${format.day(quote.at)}` : when);
    byId("live-price-dot").dataset.state = state;
    byId("live-price-stale").hidden = true; // the word is said beside it
    const bare = format.number(quote.price, (price.textContent.split(".")[1] || "").length);
    basis.liveTitle(`${quote.symbol} ${bare}`, change, state === "stale");
  };
  document.addEventListener("basis:quote", moveHead);
  document.addEventListener("basis:link", moveHead); // frozen, or going on

  // ---- the last bar: its close, and what its high and low have become; indicators end at the last close
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
  // Of a day that has no bar yet only its last price is known: the bar is flat until its open, high and low are.
  const barOf = (trace, place, day, price) => {
    const isOne = isOneBar(place.interval, last(trace.x), day);
    const isFlat = place.day === last(trace.x);
    const grown = isOne ? replaced : (list, value) => [...list, value];
    const x = grown(trace.x, place.interval ? day : last(trace.x));
    if (trace.type !== "candlestick") return { x, y: grown(trace.y, price) };
    const reach = (list, pick) => (isOne && !isFlat ? pick(last(list), price) : price);
    return {
      x,
      open: isOne && !isFlat ? trace.open : grown(trace.open, price),
      high: grown(trace.high, reach(trace.high, Math.max)),
      low: grown(trace.low, reach(trace.low, Math.min)),
      close: grown(trace.close, price),
    };
  };
  // Open, high, low and close in the corner of the pane; the volume is of the last stored bar.
  const written = (name, value, tone, place) =>
    `${name} <span style="color:@{${tone}}">${format.number(value, place.decimals)}</span>`;
  const readout = (bar, place, before) => {
    const close = last(bar.close || bar.y);
    if (place.day === last(bar.x)) return written("C", close, "up-text", place);
    if (!bar.open) return before.replace(/C <span.*?<\/span>/, written("C", close, "text-1", place));
    const tone = close < last(bar.open) ? "down-text" : "up-text";
    const parts = Object.entries({ O: bar.open, H: bar.high, L: bar.low, C: bar.close });
    const volume = /Vol .*$/.exec(before);
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
    const layout = {
      "annotations[0].y": price,
      "annotations[0].text": format.number(price, place.decimals),
      "shapes[0].y0": price,
      "shapes[0].y1": price,
      "yaxis.range": [Math.min(low, price - pad), Math.max(high, price + pad)],
    };
    recolor(plot, layout, "annotations[0].bgcolor", `@{${fill}}`);
    recolor(plot, layout, "annotations[0].font.color", `@{ink:${fill}}`);
    recolor(plot, layout, "shapes[0].line.color", `@{${fill}}`);
    recolor(plot, layout, "annotations[1].text", readout(bar, place, plot.layout.meta.colors["annotations.1.text"]));
    return layout;
  };
  const dayAndHalf = (day, place) => new Date(Date.parse(day) + place.half_hours * 3600000).toISOString().slice(0, 16);
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
    const quote = mine();
    if (!trace || !quote) return;
    const before = last(trace.x);
    const day = quote.at.slice(0, 10);
    const isLater = day > before.slice(0, 10);
    // A bar within a day, or of several, takes prices of its own day alone: what comes after it comes with its bars.
    if (day < before.slice(0, 10) || (!place.interval && isLater) || !hasRoom(plot, day)) return;
    const price = Number(quote.price.toFixed(place.decimals + 2));
    const isOne = isOneBar(place.interval, before, day);
    if (isOne && last(trace.close || trace.y) === price) return;
    if (!isOne) place.day = day;
    const bar = barOf(trace, place, day, price);
    const layout = layoutOf(plot, place, bar, price);
    if (last(bar.x) !== before) layout["xaxis.range"] = [plot.layout.xaxis.range[0], dayAndHalf(day, place)];
    update(plot, place, bar, layout);
  };
  setInterval(paint, PAINT_MS);
})();

// The overview's chart ends where the headline does: its last point, and the tag beside it, follow the live value, or
// the return up to it.
(() => {
  "use strict";
  const basis = window.basis;
  const { format, live } = basis;
  const PAINT_MS = 1000;
  const PAD = 0.06;
  const signed = { signed: true };
  const rounded = (value, decimals) => Number(value.toFixed(decimals));
  const dayOf = (x) => String(x).slice(0, 10);

  // Nothing of a line may leave the picture.
  const stretched = ([low, high], value) => {
    const pad = (high - low) * PAD;
    return [Math.min(low, value - pad), Math.max(high, value + pad)];
  };
  // Where the line goes on: on another day, within a day at the time of the newest price, or where it ends already.
  const nextOf = (place, before, frame) => {
    if (!place.zone) return frame.session && frame.session > dayOf(before) ? frame.session : before;
    const now = frame.at ? basis.localTime(frame.at, place.zone) : before;
    return now > before ? now : before;
  };
  // The value; or the return: of a chart within a day since its first value, else the stored one with what the day's
  // return has become, (1 + r) / (1 + r at the stored prices). null where it is not known.
  const isReturn = (place) => "base" in place || "first" in place;
  const valueOf = (place, frame) => {
    if (!isReturn(place)) return rounded(frame.market_value, 2);
    if ("first" in place) return place.first > 0 ? rounded(frame.market_value / place.first - 1, 6) : null;
    return frame.return_growth == null
      ? null
      : rounded((1 + place.base) * (1 + place.onward) * frame.return_growth - 1, 6);
  };
  const textOf = (place, value) => {
    if (!isReturn(place)) return format.compact(value, place.currency, { digits: 4 });
    return format.percent(value, "first" in place ? 2 : 1, signed);
  };
  const changes = (plot, place, frame) => {
    const line = plot.data[place.line];
    const before = String(line.x[line.x.length - 1]);
    const next = nextOf(place, before, frame);
    const isNew = next !== before && place.moving !== before; // a point of now moves on, and leaves no trail
    const isOtherDay = place.slides && dayOf(next) > dayOf(before);
    const restarts = isOtherDay && "base" in place; // the return of one day begins at that day
    if (restarts) place.base = 0;
    const value = valueOf(place, frame);
    if (value === null || (next === before && line.y[line.y.length - 1] === value)) return null;
    if (next !== before) place.moving = next;
    const x = restarts ? [before, next] : [...(isNew ? line.x : line.x.slice(0, -1)), next];
    const y = restarts ? [0, value] : [...(isNew ? line.y : line.y.slice(0, -1)), value];
    const tag = `annotations[${place.tag}]`;
    const layout = {
      [`${tag}.y`]: value,
      [`${tag}.text`]: textOf(place, value),
      "yaxis.range": stretched(plot.layout.yaxis.range, value),
    };
    if (next !== before) layout["xaxis.range"] = [isOtherDay ? before : plot.layout.xaxis.range[0], next];
    return { traces: { x: [[x[0], x[x.length - 1]], x], y: [plot.data[place.floor].y, y] }, layout };
  };
  // The legend's figure is the return that the line ends at; one that rests on an estimate says so.
  const name = (place, frame, line) => {
    const figure = document.querySelector("#value-legend .num");
    if (!figure || !isReturn(place)) return;
    const value = line.y[line.y.length - 1];
    const isEstimated = frame.return_status === "estimated";
    const text = `${isEstimated ? "≈ " : ""}${format.percent(value, 2, signed)}`;
    if (figure.textContent === text) return;
    figure.textContent = text;
    figure.title = isEstimated ? "Estimated: the price of something held is that of its last trade, or not known." : "";
    figure.classList.remove("up", "down", "flat");
    figure.classList.add(format.direction(value, 4));
  };
  // A picture that is drawn anew ends at the stored prices: it is looked at every second, and painted if it must be.
  const paint = () => {
    const plot = document.querySelector("#value-chart .js-plotly-plot");
    const place = plot && plot.layout && plot.layout.meta && plot.layout.meta.live;
    if (!place || !live.frame || !plot.data[place.line]) return;
    const found = changes(plot, place, live.frame);
    if (found) window.Plotly.update(plot, found.traces, found.layout, [place.floor, place.line]);
    if (valueOf(place, live.frame) !== null) name(place, live.frame, plot.data[place.line]);
  };
  setInterval(paint, PAINT_MS);
})();

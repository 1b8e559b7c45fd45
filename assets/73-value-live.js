// The overview's chart ends where the headline does: its last point, and the tag beside it, follow the live value.
(() => {
  "use strict";
  const basis = window.basis;
  const { format, live } = basis;
  const PAINT_MS = 1000;
  const PAD = 0.06;
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
  const changes = (plot, place, frame) => {
    const line = plot.data[place.line];
    const before = String(line.x[line.x.length - 1]);
    const next = nextOf(place, before, frame);
    const isNew = next !== before && place.moving !== before; // a point of now moves on, and leaves no trail
    const value = Math.round(frame.market_value * 100) / 100;
    if (next === before && line.y[line.y.length - 1] === value) return null;
    if (next !== before) place.moving = next;
    const x = [...(isNew ? line.x : line.x.slice(0, -1)), next];
    const y = [...(isNew ? line.y : line.y.slice(0, -1)), value];
    const tag = `annotations[${place.tag}]`;
    const layout = {
      [`${tag}.y`]: value,
      [`${tag}.text`]: format.compact(value, place.currency, { digits: 4 }),
      "yaxis.range": stretched(plot.layout.yaxis.range, value),
    };
    const isOtherDay = place.slides && dayOf(next) > dayOf(before);
    if (next !== before) layout["xaxis.range"] = [isOtherDay ? before : plot.layout.xaxis.range[0], next];
    return { traces: { x: [[x[0], x[x.length - 1]], x], y: [plot.data[place.floor].y, y] }, layout };
  };
  // A picture that is drawn anew ends at the stored prices: it is looked at every second, and painted if it must be.
  const paint = () => {
    const plot = document.querySelector("#value-chart .js-plotly-plot");
    const place = plot && plot.layout && plot.layout.meta && plot.layout.meta.live;
    if (!place || !live.frame || !plot.data[place.line]) return;
    const found = changes(plot, place, live.frame);
    if (found) window.Plotly.update(plot, found.traces, found.layout, [place.floor, place.line]);
  };
  setInterval(paint, PAINT_MS);
})();

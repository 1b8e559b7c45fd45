// The overview's chart ends where the headline does: its last point, and the tag beside it, follow the live value.
(() => {
  "use strict";
  const { format, live } = window.basis;
  const PAINT_MS = 1000;
  const PAD = 0.06;
  const dayOf = (x) => String(x).slice(0, 10);

  // Nothing of a line may leave the picture.
  const stretched = ([low, high], value) => {
    const pad = (high - low) * PAD;
    return [Math.min(low, value - pad), Math.max(high, value + pad)];
  };
  const changes = (plot, place, frame) => {
    const line = plot.data[place.line];
    const last = dayOf(line.x[line.x.length - 1]);
    const isNew = Boolean(frame.session) && frame.session > last;
    const value = Math.round(frame.market_value * 100) / 100;
    if (!isNew && line.y[line.y.length - 1] === value) return null;
    const x = isNew ? [...line.x, frame.session] : [...line.x];
    const y = [...(isNew ? line.y : line.y.slice(0, -1)), value];
    const tag = `annotations[${place.tag}]`;
    const layout = {
      [`${tag}.y`]: value,
      [`${tag}.text`]: format.compact(value, place.currency, { digits: 4 }),
      "yaxis.range": stretched(plot.layout.yaxis.range, value),
    };
    if (isNew) layout["xaxis.range"] = [place.slides ? last : plot.layout.xaxis.range[0], frame.session];
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

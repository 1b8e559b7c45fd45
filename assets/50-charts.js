// Charts take the colours of the theme: layout.meta.colors says which part of a figure has which colour.
(() => {
  "use strict";
  const basis = (window.basis = window.basis || {});
  const REFERENCE = /@\{(ink:)?([a-z0-9-]+)(?:\/([a-z0-9.]+))?\}/g;
  const TINT = { light: 0.13, dark: 0.17 };

  const channels = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  const luminance = (hex) => {
    const [red, green, blue] = channels(hex).map((one) => {
      const part = one / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  basis.color = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const resolve = (basis.resolveColors = (text) =>
    text.replace(REFERENCE, (_all, ink, name, alpha) => {
      const color = basis.color(name);
      if (ink) return luminance(color) > 0.23 ? "#0c0e13" : "#ffffff";
      if (!alpha) return color;
      return `rgba(${channels(color).join(",")},${alpha === "tint" ? TINT[basis.theme()] : alpha})`;
    }));

  // A moment as the axis of a chart within days has it: by the clock of the exchange, 2026-11-25T15:10.
  basis.localTime = (at, zone) => {
    const shape = { timeZone: zone, dateStyle: "short", timeStyle: "short" };
    return new Intl.DateTimeFormat("sv-SE", shape).format(new Date(at)).replace(" ", "T");
  };

  // A copy of a figure in the colours of the theme that is on.
  basis.recolored = (figure) => {
    const copy = structuredClone({ data: figure.data, layout: figure.layout });
    const colors = (copy.layout && copy.layout.meta && copy.layout.meta.colors) || {};
    for (const [path, text] of Object.entries(colors)) {
      const keys = path.split(".");
      const last = keys.pop();
      const owner = keys.reduce((value, key) => (value == null ? value : value[key]), copy);
      if (owner != null) owner[last] = resolve(text);
    }
    return copy;
  };

  const redraw = () => {
    for (const plot of document.querySelectorAll(".dash-graph .js-plotly-plot")) {
      const owner = plot.closest(".dash-graph");
      if (!owner.id || !plot.layout) continue;
      const id = owner.id.startsWith("{") ? JSON.parse(owner.id) : owner.id;
      window.dash_clientside.set_props(id, { figure: basis.recolored({ data: plot.data, layout: plot.layout }) });
    }
  };
  document.addEventListener("basis:theme", redraw);
})();

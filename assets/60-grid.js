// What grids show in their cells. A column names these: {"function": "money(params.value, params.data.currency)"}.
(() => {
  "use strict";
  const basis = window.basis;
  const functions = (window.dashAgGridFunctions = window.dashAgGridFunctions || {});
  const components = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});
  const format = basis.format;
  const make = (...all) => window.React.createElement(...all);

  Object.assign(functions, {
    number: (value, decimals, signed) => format.number(value, decimals == null ? 2 : decimals, { signed }),
    money: (value, currency, decimals) => format.money(value, currency, decimals),
    change: (value, currency, decimals) => format.money(value, currency, decimals, { signed: true }),
    amount: (value, decimals) => format.number(value, decimals == null ? 2 : decimals),
    signed: (value, decimals) => format.number(value, decimals == null ? 2 : decimals, { signed: true }),
    price: (value, currency, decimals) => format.price(value, currency, { min_decimals: decimals }),
    percent: (value, decimals) => format.percent(value, decimals == null ? 2 : decimals),
    percentChange: (value, decimals) => format.percent(value, decimals == null ? 2 : decimals, { signed: true }),
    quantity: (value, crypto, digits) => format.quantity(value, { crypto, digits }),
    compact: (value, currency) => format.compact(value, currency),
    day: (value) => format.day(value),
    moment: (value, zone) => format.moment(value, zone),
    age: (value) => format.age(value),
    direction: (value, decimals) => format.direction(value, decimals == null ? 4 : decimals),
    // A class for cells that change: up, down or flat by what is shown.
    directionClass: (params, decimals) =>
      `ag-right-aligned-cell num ${format.direction(params.value, decimals == null ? 4 : decimals)}`,
    // Missing figures sort last, whatever the direction.
    compareNumbers: (a, b, _nodeA, _nodeB, descending) => {
      const [left, right] = [a, b].map((value) => (format.missing(value) ? null : Number(value)));
      if (left === null || right === null) {
        if (left === right) return 0;
        return (left === null) === Boolean(descending) ? -1 : 1;
      }
      return left - right;
    },
  });

  // Instrument: a badge, the name over symbol and kind. Fields: name, symbol, kind (or sub), href.
  components.InstrumentCell = (props) => {
    const row = props.data || {};
    const symbol = row.symbol || "";
    const name = row.name || props.value || symbol;
    const below = row.sub || [symbol, row.kind].filter(Boolean).join(" · ");
    if (props.node && props.node.rowPinned) return make("b", { className: "semi" }, name);
    const words = make("span", { className: "ell" }, make("b", { title: name }, name), make("small", null, below));
    const badge = make(
      "span",
      { className: "lg", "aria-hidden": true },
      (row.badge || symbol).replace(/[^A-Z0-9]/gi, "").slice(0, 4),
    );
    if (!row.href) return make("span", { className: "inst" }, badge, words);
    const open = (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
      event.preventDefault();
      basis.visit(row.href);
    };
    return make("a", { className: "inst", href: row.href, onClick: open }, badge, words);
  };

  // Trend: a grey line that ends in a dot of the direction's colour. The value is a list of closes.
  components.TrendCell = (props) => {
    const values = (props.value || []).filter((value) => Number.isFinite(value));
    if (values.length < 2) return null;
    const [width, height] = [92, 26];
    const low = Math.min(...values);
    const high = Math.max(...values);
    const x = (index) => 2 + (index / (values.length - 1)) * (width - 6);
    const y = (value) => 3 + (1 - (value - low) / (high - low || 1)) * (height - 6);
    const line = values
      .map((value, index) => `${index ? "L" : "M"}${x(index).toFixed(1)} ${y(value).toFixed(1)}`)
      .join("");
    const up = values[values.length - 1] >= values[0];
    const last = values.length - 1;
    return make(
      "svg",
      {
        className: "spark",
        width,
        height,
        viewBox: `0 0 ${width} ${height}`,
        role: "img",
        "aria-label": `Trend ${up ? "up" : "down"}`,
      },
      make("path", {
        d: line,
        fill: "none",
        stroke: "var(--text-3)",
        strokeWidth: 1.3,
        strokeLinejoin: "round",
        opacity: 0.8,
      }),
      make("circle", { cx: x(last), cy: y(values[last]), r: 2.3, fill: `var(--${up ? "up" : "down"}-fill)` }),
    );
  };

  // Weight: a bar against the largest (field "weight_of_largest", else the value itself), and the figure.
  components.WeightCell = (props) => {
    if (format.missing(props.value)) return make("span", { className: "t3" }, "–");
    const share = props.data && props.data.weight_of_largest;
    const part = Math.max(0, Math.min(1, share == null ? props.value : share));
    if (props.node && props.node.rowPinned) return format.percent(props.value, 1);
    return make(
      "span",
      { className: "wbar" },
      make("i", { style: { "--w": `${part * 100}%` } }),
      make("span", { style: { minWidth: 40 } }, format.percent(props.value, 1)),
    );
  };

  // A word in a chip. The tone comes from the column: cellRendererParams {"tones": {"buy": "ok"}, "words": {...}}.
  components.ChipCell = (props) => {
    if (!props.value) return null;
    const tone = (props.tones && props.tones[props.value]) || "";
    const text = (props.words && props.words[props.value]) || props.value;
    return make("span", { className: `chip ${tone}` }, text);
  };

  // A link to another page. Fields: href; the value is its text.
  components.LinkCell = (props) => {
    const href = props.data && props.data.href;
    if (!href) return props.value == null ? null : String(props.value);
    const open = (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
      event.preventDefault();
      basis.visit(href);
    };
    return make("a", { href, onClick: open }, String(props.value));
  };

  // A figure with an amber clock before it where the row says that it is stale. Column params: {"stale": "price_status"}.
  components.FreshCell = (props) => {
    const text = props.valueFormatted == null ? String(props.value == null ? "–" : props.value) : props.valueFormatted;
    const status = props.data && props.data[props.stale || "price_status"];
    if (!status || status === "ok" || status === "live") return text;
    const why = (props.data && props.data.price_note) || `This price is ${status}`;
    return make(
      window.React.Fragment,
      null,
      make("i", { className: "bi bi-clock-history hang", title: why, "aria-hidden": true }),
      text,
      make("span", { className: "sr" }, ` (${why})`),
    );
  };
})();

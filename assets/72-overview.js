// The overview: redrawn on changes, the holdings' filter, chart or table, keys, and its skeleton before the first paint.
(() => {
  "use strict";
  const basis = window.basis;
  const format = basis.format;
  const BODY = "overview-body";
  const byId = (id) => document.getElementById(id);
  const make = (tag, className, ...children) => {
    const element = document.createElement(tag);
    if (className) element.className = className;
    element.append(...children);
    return element;
  };

  // ---- the server draws figures for the width that the cookie names
  const limits = [
    ["phone", window.matchMedia("(max-width: 767px)")],
    ["narrow", window.matchMedia("(max-width: 1239px)")],
    ["medium", window.matchMedia("(max-width: 1409px)")],
  ];
  const tellWidth = () => {
    const secure = location.protocol === "https:" ? "; secure" : "";
    const [width] = limits.find(([, query]) => query.matches) || ["wide"];
    document.cookie = `basis_width=${width}; path=/; max-age=31536000; samesite=lax${secure}`;
  };
  tellWidth();

  // ---- everything anew: a ledger or a price changed, a person tries again, the page became wider or narrower
  let count = 0;
  const refresh = () => {
    if (byId(BODY)) window.dash_clientside.set_props("overview-changed", { data: ++count });
  };
  document.addEventListener("basis:changed", refresh);
  document.addEventListener("click", (event) => {
    if (event.target.closest('[data-refresh="overview"]')) refresh();
  });
  for (const [, query] of limits) {
    query.addEventListener("change", () => {
      tellWidth();
      refresh();
    });
  }

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.overview = {
    // The body was drawn anew at the stored prices: live ones are laid over it.
    drawn: () => {
      basis.repaintLive();
      requestAnimationFrame(() => showTable(false));
    },
    filter: (chosen) => {
      let api;
      try {
        api = window.dash_ag_grid.getApi("holdings-grid");
      } catch {
        return; // no grid on the page
      }
      const passes = (node) => (chosen === "up" ? node.data.day_change > 0 : node.data.day_change < 0);
      api.setGridOption("isExternalFilterPresent", () => chosen !== "all");
      api.setGridOption("doesExternalFilterPass", passes);
      api.onFilterChanged();
    },
  };

  // ---- the chart as a table of what it draws
  const shown = () => {
    const plot = document.querySelector("#value-chart .js-plotly-plot");
    if (!plot || !plot.data) return null;
    const lines = plot.data.filter((trace) => trace.mode === "lines" && trace.name);
    if (!lines.length) return null;
    const isReturn = Boolean(plot.layout.meta && plot.layout.meta.measure === "return");
    return { lines, isReturn, dates: lines[0].x };
  };
  const cell = (value, isReturn) => {
    if (value == null || !Number.isFinite(Number(value))) return "–";
    const currency = byId("live-value").dataset.currency;
    return isReturn ? format.percent(value, 2, { signed: true }) : format.money(value, currency);
  };
  const tableOf = ({ lines, isReturn, dates }) => {
    const heads = ["Date", ...lines.map((line) => line.name)].map((text, at) => make("th", at ? "r" : "", text));
    const values = lines.map((line) => new Map(line.x.map((day, at) => [day, line.y[at]])));
    const rows = [...dates].reverse().map((day) => {
      const cells = values.map((known) => make("td", "r num", cell(known.get(day), isReturn)));
      return make("tr", "", make("td", "num t2 nowrap", format.day(day)), ...cells);
    });
    const table = make("table", "tb den", make("thead", "", make("tr", "", ...heads)), make("tbody", "", ...rows));
    const box = make("div", "chart-table", table);
    box.id = "value-table";
    box.tabIndex = 0;
    box.setAttribute("role", "region");
    box.setAttribute("aria-label", "Value and benchmark as a table");
    return box;
  };
  const showTable = (wanted) => {
    const place = byId("value-card");
    const button = byId("value-as-table");
    const old = byId("value-table");
    if (old) old.remove();
    if (!place || !button) return;
    const found = wanted ? shown() : null;
    place.classList.toggle("as-table", Boolean(found));
    if (found) byId("value-plot").after(tableOf(found));
    const label = found ? "View as chart (T)" : "View as table (T)";
    button.title = label;
    button.setAttribute("aria-label", label);
    button.setAttribute("aria-pressed", String(Boolean(found)));
    if (found) byId("value-table").focus();
  };
  const toggleTable = () => showTable(!byId("value-table"));
  document.addEventListener("click", (event) => {
    if (event.target.closest("#value-as-table")) toggleTable();
  });

  // ---- keys: T for the table, B for the benchmark
  const typing = (target) =>
    target.closest && target.closest("input:not([type=radio]), textarea, select, [contenteditable=true], .ag-root");
  const toggleBenchmark = () => {
    const select = byId("benchmark");
    if (!select || !select.querySelector('option[value="none"]')) return;
    window.dash_clientside.set_props("benchmark", { value: select.value === "none" ? "own" : "none" });
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || typing(event.target)) return;
    if (!byId(BODY)) return;
    if (event.key === "t") toggleTable();
    else if (event.key === "b") toggleBenchmark();
  });

  // ---- before the first paint: nothing for a moment, then the page with its figures in grey
  const SKELETON_MS = 200;
  const LONG_MS = 8000;
  const LABELS = [
    "Market value",
    "Day change",
    "Total gain",
    "TWR, p.a.",
    "MWR / XIRR",
    "Volatility",
    "Max drawdown",
    "Sharpe",
  ];
  const grey = (width, height) => {
    const place = make("span", "sk");
    place.style.width = width;
    place.style.height = height;
    return place;
  };
  const cardOf = (span, title, height) => {
    const head = make("div", "card-h", make("h2", "", title));
    return make("section", `card-x ${span}`, head, make("div", "card-b", grey("100%", `${height}px`)));
  };
  const skeleton = () => {
    const head = make("div", "page-h", make("h1", "", "Overview"));
    const hero = make("div", "hero", grey("300px", "42px"), grey("150px", "24px"));
    const figures = LABELS.map((text) =>
      make("div", "kpi", make("div", "l", text), make("div", "v", grey("64%", "18px")), grey("78%", "11px")),
    );
    const cards = make(
      "div",
      "grid",
      cardOf("c8", "Value and benchmark", 346),
      cardOf("c4", "Allocation", 346),
      cardOf("c12", "Holdings", 420),
    );
    const page = make("div", "page-skeleton", head, hero, make("section", "kpis", ...figures), cards);
    page.setAttribute("aria-hidden", "true");
    return page;
  };
  const isOverview = () => /^\/p\/[^/]+\/?$/.test(location.pathname);
  const isDrawn = () => {
    const content = byId("_pages_content");
    return Boolean(content && content.childElementCount);
  };
  const begun = performance.now();
  let place = null;
  const look = () => {
    const waited = performance.now() - begun;
    const main = byId("main");
    if (isDrawn() || !isOverview()) {
      if (place) place.remove();
      return;
    }
    if (!place && main && waited > SKELETON_MS) main.append((place = skeleton()));
    if (place && waited > LONG_MS && !place.querySelector(".still")) {
      place.querySelector(".page-h").append(make("span", "still t3 xs", "Still loading"));
    }
    requestAnimationFrame(look);
  };
  if (document.body) look();
  else document.addEventListener("DOMContentLoaded", look);
})();

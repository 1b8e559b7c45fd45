// An embedded view: asks for its figures with the token of the fragment, and tells its host how high it is.
(() => {
  "use strict";
  const EVERY_MS = 5000;
  const format = window.basis.format;
  const byId = (id) => document.getElementById(id);
  const origins = document.body.dataset.origins.split(" ");
  const MEASURES = [
    ["time_weighted", "TWR", "return"],
    ["time_weighted_annualized", "TWR, p.a.", "return"],
    ["money_weighted", "XIRR, p.a.", "return"],
    ["volatility", "Volatility, p.a.", "level"],
    ["max_drawdown", "Max drawdown", "return"],
    ["sharpe", "Sharpe", "number"],
  ];
  let token = location.hash.slice(1);
  // What was in the address stays there for nobody: not in the history, not for whoever looks over a shoulder.
  history.replaceState(null, "", location.pathname + location.search);

  // The one origin that has us in its frame, if it is one of ours.
  const host = () => {
    const known = location.ancestorOrigins
      ? location.ancestorOrigins[0]
      : document.referrer && origin(document.referrer);
    if (!known && origins.length === 1) return origins[0];
    return origins.includes(known) ? known : null;
  };
  const origin = (address) => {
    try {
      return new URL(address).origin;
    } catch {
      return null;
    }
  };
  const tell = (message) => {
    const target = host();
    if (window.parent !== window && target) window.parent.postMessage(message, target);
  };
  const resize = () => {
    const main = document.querySelector("main:not([hidden])");
    if (main) tell({ type: "resize", height: Math.ceil(main.getBoundingClientRect().height) });
  };

  const text = (value, kind) => {
    if (kind === "number") return format.number(value, 2);
    return format.percent(value, 2, { signed: kind === "return" });
  };
  const figure = (label, measure, kind) => {
    const box = document.createElement("div");
    const name = document.createElement("dt");
    const value = document.createElement("dd");
    name.textContent = label;
    value.textContent = text(measure.value, kind);
    value.className = kind === "return" ? `num ${format.direction(measure.value, 4)}` : "num";
    if (measure.value == null && measure.reason) {
      value.title = measure.reason;
      value.setAttribute("aria-label", `not known: ${measure.reason}`);
    }
    box.append(name, value);
    return box;
  };
  const ARROWS = { up: "▲ ", down: "▼ " };
  const changed = (data) => {
    const percent = format.percent(data.day_change_pct, 2, { signed: true });
    const way = format.direction(data.day_change_pct, 4);
    const arrow = ARROWS[way] || "";
    if (data.amounts_hidden) return [`${arrow}${percent} on the day`, way];
    const money = format.money(data.day_change, data.currency, undefined, { signed: true });
    return [`${arrow}${money} (${percent})`, way];
  };

  const show = (data) => {
    const [words, way] = changed(data);
    const shown = data.amounts_hidden ? MEASURES.slice(1) : MEASURES;
    const twr = data.measures.time_weighted;
    byId("name").textContent = data.amounts_hidden
      ? `${data.name}, TWR since inception`
      : `${data.name}, ${data.currency}`;
    byId("value").textContent = data.amounts_hidden
      ? text(twr.value, "return")
      : format.money(data.market_value, data.currency);
    byId("change").textContent = words;
    byId("change").className = `change num ${way}`;
    byId("figures").replaceChildren(...shown.map(([key, label, kind]) => figure(label, data.measures[key], kind)));
    const all = data.priced === data.count;
    byId("dot").className = all ? "dot" : "dot warn";
    const age = data.price_date ? `Prices of ${format.day(data.price_date)}` : "No prices";
    byId("age").textContent = all ? age : `${age}, ${data.priced} of ${data.count}`;
    turn("view");
  };
  const turn = (name) => {
    byId("view").hidden = name !== "view";
    byId("gone").hidden = name !== "gone";
    if (name === "gone") {
      for (const id of ["name", "value", "change", "age"]) byId(id).textContent = "";
      byId("figures").replaceChildren();
    }
    resize();
  };

  const load = async () => {
    if (!token) return turn("gone");
    let response;
    try {
      const headers = { Authorization: `Bearer ${token}` };
      response = await fetch(`${location.pathname}/data`, { headers, credentials: "omit", cache: "no-store" });
    } catch {
      return undefined; // away: what is shown has its date
    }
    if (response.ok) return show(await response.json());
    if (response.status < 500) {
      token = "";
      turn("gone");
      tell({ type: "expired" });
    }
    return undefined;
  };

  window.addEventListener("message", (event) => {
    const fits = event.source === window.parent && origins.includes(event.origin);
    if (!fits || !event.data || event.data.type !== "token" || typeof event.data.token !== "string") return;
    token = event.data.token;
    load();
  });
  new ResizeObserver(resize).observe(document.body);
  setInterval(() => {
    if (token && document.visibilityState === "visible") load();
  }, EVERY_MS);
  load();
})();

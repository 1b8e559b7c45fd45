// What a sale would realise before it is saved: by each method of closing lots, below the form of the panel.
(() => {
  "use strict";
  const basis = window.basis;
  const format = basis.format;
  const ledger = basis.ledger;
  const { at, blank } = ledger;
  const WAIT = 300;
  const MOST_LOTS = 3;
  const METHODS = {
    fifo: "First in, first out",
    lifo: "Last in, first out",
    hifo: "Highest cost first",
    average: "Average cost",
    specific: "Specific lots",
  };
  const NUMBER = /^\d{1,18}(\.\d{1,18})?$/;
  const DAY = /^\d{4}-\d{2}-\d{2}$/;
  const TOLD = ["oversell", "ledger", "insufficient_data"];
  let asked = null;
  let timer = null;
  let request = null;

  const element = (tag, className, ...content) => {
    const made = document.createElement(tag);
    made.className = className;
    made.append(...content.filter((one) => one != null));
    return made;
  };
  const positive = (text) => NUMBER.test(text) && Number(text) > 0;
  const costs = (row) => {
    const found = [row.fee, row.tax].filter((text) => !blank(text));
    if (!found.every((text) => NUMBER.test(text))) return null;
    return String(Number(found.reduce((sum, text) => sum + Number(text), 0).toFixed(8)));
  };
  const value = (row, field) => (blank(row[field]) ? (row.filled && row.filled[field]) || "" : String(row[field]));

  // The question that a row asks; null while something is missing that a sale needs.
  const questionOf = (row) => {
    const root = at("tx-root");
    const [symbol, quantity, price] = ["symbol", "quantity", "price"].map((field) => value(row, field));
    const fee = costs(row);
    const foreign = !blank(row.fee_currency) && row.fee_currency !== value(row, "currency");
    if (row.type !== "sell" || blank(symbol) || !positive(quantity) || !NUMBER.test(price)) return null;
    if (fee == null || foreign || !DAY.test(row.date) || row.date > root.dataset.today) return null;
    const query = new URLSearchParams({ as_of: row.date, account: row.account || "", quantity, price, fee });
    if (row.state !== "new") query.set("instead_of", row.id);
    for (const id of (row.lot_ids || "").split(";")) if (id.trim()) query.append("lot", id.trim());
    const path = `/api/v1/portfolios/${root.dataset.portfolio}/lots/${encodeURIComponent(symbol)}`;
    return { path: `${path}?${query}`, currency: value(row, "currency") };
  };

  // ---- what is shown
  const lotsOf = (closed) => {
    const parts = closed
      .slice(0, MOST_LOTS)
      .map((lot) => `${format.quantity(lot.quantity)} of ${format.day(lot.acquired)}`);
    const more = closed.length - MOST_LOTS;
    return parts.join(", ") + (more > 0 ? ` and ${more} more lot${more === 1 ? "" : "s"}` : "");
  };
  const line = (name, outcome, own) => {
    const gain = outcome.gain.total;
    const title = element("span", "row-f gap6", element("b", "med", METHODS[name] || name));
    if (own) title.append(element("span", "chip acc", "This portfolio"));
    const method = element("th", "", title, element("span", "t3 xs lots-x", lotsOf(outcome.closed)));
    method.scope = "row";
    const amount = element("td", `r num med ${format.direction(gain)}`, format.number(gain, 2, { signed: true }));
    const made = element("tr", own ? "own-x" : "", method, amount);
    made.dataset.method = name;
    return made;
  };
  const shortOf = (sale, currency) => {
    if (!Number(sale.short_quantity)) return "";
    const money = format.money(sale.short_proceeds, currency);
    return ` ${format.quantity(sale.short_quantity)} of it open a short position for ${money}, and gain nothing yet.`;
  };
  const table = (found, currency) => {
    const sale = found.what_if;
    const head = element("tr", "", element("th", "", "Lots by"), element("th", "r", `Gain, ${found.currency}`));
    const lines = Object.entries(sale.methods).map(([name, outcome]) =>
      line(name, outcome, name === found.portfolio.method),
    );
    const made = element("table", "tb den", element("thead", "", head), element("tbody", "", ...lines));
    const proceeds = `Proceeds after costs: ${format.money(sale.proceeds, found.currency)}. Nothing is saved yet.`;
    const foreign =
      currency && currency !== sale.price_currency ? ` The price is taken to be in ${sale.price_currency}.` : "";
    return [made, element("p", "t3 xs", proceeds + shortOf(sale, found.currency) + foreign)];
  };
  const show = (...content) => {
    const box = at("tx-sale");
    if (!box) return;
    box.hidden = content.length === 0;
    box.removeAttribute("aria-busy");
    box.replaceChildren(...(content.length ? [element("h3", "lab", "If this sale is saved"), ...content] : []));
  };

  // ---- what is asked
  const ask = async (question) => {
    request = new AbortController();
    const { signal } = request;
    try {
      const response = await fetch(question.path, { signal, headers: { Accept: "application/json" } });
      const found = await response.json();
      if (signal.aborted) return;
      if (response.ok) show(...table(found, question.currency));
      else if (TOLD.includes(found.code)) show(element("p", "t2", found.detail));
      else show();
    } catch (error) {
      if (error.name !== "AbortError") show(); // it is a hint: without an answer there is none
    }
  };
  // What the check of the rows has said of this one; null: nothing is wrong with it.
  const refusalOf = (row) => {
    const [fault] = Object.values(row.faults || {}).flat();
    return fault ? { oversell: fault.code === "oversell" ? `${fault.title}. ${fault.text}` : "" } : null;
  };
  const update = (row) => {
    const question = row && at("tx-sale") ? questionOf(row) : null;
    const { drafts, serial, answered } = ledger.state || {};
    // The check comes first: what cannot be sold is not asked about.
    if (question && drafts.has(row.id) && serial !== answered) return;
    const refusal = question && refusalOf(row);
    const key = question && JSON.stringify([question, refusal]);
    if (key === asked) return;
    asked = key;
    clearTimeout(timer);
    if (request) request.abort();
    if (!question) show();
    else if (refusal) show(...(refusal.oversell ? [element("p", "t2", refusal.oversell)] : []));
    else {
      at("tx-sale").setAttribute("aria-busy", "true");
      timer = setTimeout(() => ask(question), WAIT);
    }
  };
  const box = () => {
    const made = element("section", "sale-x");
    made.id = "tx-sale";
    made.hidden = true;
    made.setAttribute("aria-live", "polite");
    made.setAttribute("aria-label", "What this sale would realise");
    asked = null;
    return made;
  };
  basis.ledgerSale = { box, update };
})();

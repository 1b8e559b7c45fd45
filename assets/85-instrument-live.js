// The head of the page of an instrument follows its quote, and so does the title of the tab.
(() => {
  "use strict";
  const basis = window.basis;
  const { format, live } = basis;
  const ARROWS = { up: "▲ ", down: "▼ ", flat: "" };
  const signed = { signed: true };
  const byId = (id) => document.getElementById(id);
  const setText = (element, text) => {
    if (element && element.textContent !== text) element.textContent = text;
  };

  // The quote of the page's instrument, in the currency that the page shows.
  const mine = (basis.shownQuote = () => {
    const price = byId("live-price");
    const quote = price && live.quotes.get(price.dataset.symbol);
    return quote && quote.currency === price.dataset.currency ? quote : null;
  });
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
})();

// What the top bar says of the prices on the page, in a word and a shape: never "live" for a price that is not.
(() => {
  "use strict";
  const basis = window.basis;
  const { format, live } = basis;
  const AGE_MS = 10000;
  const MINUTE_MS = 60000;
  const WORDS = {
    live: "Live",
    delayed: "Delayed",
    pre: "Pre-market",
    post: "After hours",
    closed: "Market closed",
    stale: "Stale",
    interrupted: "Reconnecting",
    known: "Last close",
  };
  const OPENEST_FIRST = ["open", "pre", "post"];
  const WORST_FIRST = ["stale", "delayed", "live", "closed"];
  const byId = (id) => document.getElementById(id);
  const setText = (element, text) => {
    if (element && element.textContent !== text) element.textContent = text;
  };
  const zone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;
  // A phone has room for the time alone, where it is today's.
  const phone = window.matchMedia("(max-width: 767px)");
  const moment = (at) => {
    const isToday = new Date(at).toDateString() === new Date().toDateString();
    return phone.matches && isToday ? format.clock(at, zone()) : format.moment(at, zone());
  };

  // ---- one price: what it may be taken for, and the word for it
  // The price of a closed market stays what it is where nothing new can be heard.
  const stateOf = (quote) => {
    if (quote.freshness !== "closed") return live.link === "stale" ? "stale" : quote.freshness;
    // A market that trades, of which the provider tells closes alone.
    if (quote.market_state === "open") return "known";
    return quote.market_state === "pre" || quote.market_state === "post" ? quote.market_state : "closed";
  };
  const wordOf = (state, delayedSeconds) => {
    const minutes = Math.round((delayedSeconds || 0) / 60);
    return state === "delayed" && minutes ? `Delayed ${minutes} min` : WORDS[state];
  };

  // ---- all the prices of a page
  const openOf = (states) => states.filter((state) => state === "open").length;
  const newest = (times) => times.reduce((last, at) => (!last || new Date(at) > new Date(last) ? at : last), null);
  const ofQuotes = (quotes) => {
    const present = new Set(quotes.map((quote) => quote.freshness));
    const states = quotes.map((quote) => quote.market_state);
    const shown = quotes.filter((quote) => quote.freshness !== "closed");
    return {
      freshness: WORST_FIRST.find((one) => present.has(one)),
      market_state: OPENEST_FIRST.find((state) => states.includes(state)) || "closed",
      delayed_seconds: Math.max(...quotes.map((quote) => quote.delayed_seconds || 0)),
      at: newest(quotes.map((quote) => quote.at)),
      trading: shown.length && shown.length < quotes.length ? `${shown.length} of ${quotes.length} trading` : "",
    };
  };
  const ofFrame = (frame) => {
    const states = (frame.markets || []).map((market) => market.state);
    const open = openOf(states);
    return {
      freshness: frame.freshness,
      market_state: OPENEST_FIRST.find((state) => states.includes(state)) || "closed",
      delayed_seconds: frame.delayed_seconds,
      at: frame.at,
      several: states.length > 1,
      trading: open && open < states.length ? `${open} of ${states.length} markets open` : "",
      markets: frame.markets || [],
    };
  };
  const summary = () => {
    if (live.frame && live.frame.freshness) return ofFrame(live.frame);
    return live.quotes.size ? ofQuotes([...live.quotes.values()]) : null;
  };

  // ---- the badge
  const SENTENCES = {
    stale: "Nothing new has come for a while; what is shown is of then. It goes on by itself.",
    interrupted: "The connection to the live prices is interrupted. It is tried again.",
  };
  const NAMES = { open: "Open", pre: "Before the session", post: "After the session", closed: "Closed" };
  const marketsIn = (markets) =>
    Object.entries(NAMES)
      .map(([state, name]) => [name, markets.filter((one) => one.state === state).map((one) => one.market)])
      .filter(([, found]) => found.length)
      .map(([name, found]) => `${name}: ${found.join(", ")}.`);
  const stored = () => {
    const known = live.stored;
    const day = known && known.priced_on ? format.day(known.priced_on) : "";
    if (!day) return { state: live.link === "interrupted" ? "interrupted" : "known", text: "", title: "" };
    if (live.link === "interrupted") return { state: "interrupted", text: `Reconnecting, prices of ${day}` };
    if (known.stale) return { state: "stale", text: `Stale, prices of ${day}` };
    return { state: "known", text: `${live.link === "stale" ? "Not live, prices" : "Prices"} of ${day}` };
  };
  const described = () => {
    const found = live.link === "off" ? null : summary();
    if (!found) return live.link === "off" ? { state: "known", text: "" } : stored();
    const state = ["interrupted", "stale"].includes(live.link) ? live.link : stateOf(found);
    const of = state === "interrupted" ? "prices of " : "";
    const word = state === "closed" && found.several ? "Markets closed" : wordOf(state, found.delayed_seconds);
    const age = format.age(found.at);
    const parts = [word, of + moment(found.at)];
    if (state === "stale" && !phone.matches && Date.now() - Date.parse(found.at) > MINUTE_MS) parts.push(age);
    if (!SENTENCES[state] && found.trading && !phone.matches) parts.push(found.trading);
    const title = [SENTENCES[state], `The newest price is of ${format.moment(found.at, zone())}, ${age}.`];
    return {
      state,
      text: parts.join(", "),
      title: [...title, ...marketsIn(found.markets || [])].filter(Boolean).join(" "),
    };
  };
  const say = () => {
    const badge = byId("live-status");
    if (!badge) return;
    const { state, text, title } = described();
    byId("live-dot").dataset.state = state;
    setText(byId("live-text"), text);
    badge.title = title || "";
  };
  basis.quoteState = stateOf;
  basis.quoteWord = (quote) => wordOf(stateOf(quote), quote.delayed_seconds);
  for (const name of ["link", "portfolio", "quote"]) document.addEventListener(`basis:${name}`, say);
  phone.addEventListener("change", say);
  setInterval(say, AGE_MS);
})();

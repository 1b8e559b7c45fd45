// Live prices: listens to the stream, asks every few seconds while it cannot be had, and tells the page what came.
// The document hears "basis:portfolio" (a portfolio's frame), "basis:quote" (one quote) and "basis:link" (how it is).
(() => {
  "use strict";
  const basis = (window.basis = window.basis || {});
  const RETRY_MS = [1000, 2000, 5000];
  const SILENT_MS = 8000; // the stream says something every five seconds at least
  const WATCH_MS = 1000;
  const POLL_MS = 5000;
  const REOPEN_MS = 20000;
  // What came last is told again whenever the page is drawn anew. The states of the link: "off", "waiting" (nothing has
  // come yet), "ok", "interrupted", "stale".
  const live = (basis.live = { link: "off", stored: null, frame: null, quotes: new Map() });
  let wanted = null;
  let page = "";
  let source = null;
  let timer = 0;
  let failures = 0;
  let triedAt = 0; // when the stream was last opened
  let streamAt = 0; // when it last said something
  let heardAt = 0; // when anything did, by either way
  let askedAt = -POLL_MS;
  let isAsking = false;
  let isBroken = false;
  let isFeedDown = false;
  let version = null;

  const now = () => performance.now();
  const tell = (name, detail) => document.dispatchEvent(new CustomEvent(`basis:${name}`, { detail }));
  const hasCome = () => Boolean(live.frame || live.quotes.size);
  const linkNow = () => {
    if (!wanted) return "off";
    if (isFeedDown || now() - heardAt >= SILENT_MS) return "stale";
    if (isBroken) return "interrupted";
    return hasCome() ? "ok" : "waiting";
  };
  const judge = (isNew = false) => {
    const link = linkNow();
    if (link === live.link && !isNew) return;
    live.link = link;
    tell("link", { link });
  };

  // ---- what comes, by either way
  const takeQuote = (quote) => {
    const before = live.quotes.get(quote.symbol);
    live.quotes.set(quote.symbol, quote);
    if (JSON.stringify(before) !== JSON.stringify(quote)) tell("quote", quote);
  };
  const handlers = {
    portfolio: (data) => {
      live.frame = data;
      tell("portfolio", data);
    },
    quotes: (data) => data.quotes.forEach(takeQuote),
    heartbeat: () => {},
    feed: (data) => (isFeedDown = data.state === "down"),
    changed: () => tell("changed"),
    end: (data) => {
      stop();
      if (data.reason === "signed_out") basis.signIn();
      else tell("changed");
    },
  };
  const heard = () => {
    heardAt = now();
    isBroken = false;
  };

  // ---- the stream
  const stop = () => {
    clearTimeout(timer);
    if (source) source.close();
    source = wanted = live.frame = version = null;
    live.quotes.clear();
    isAsking = isBroken = isFeedDown = false;
    failures = 0;
    judge();
  };
  const query = () => `symbols=${encodeURIComponent(wanted.symbols.join(","))}`;
  const pathOf = () => (wanted.portfolio != null ? `/portfolios/${wanted.portfolio}` : `/quotes?${query()}`);
  const open = () => {
    clearTimeout(timer);
    if (source) source.close();
    triedAt = now();
    const base = wanted.url || `${location.protocol}//${location.hostname}:${wanted.port}`;
    const own = (source = new EventSource(base + pathOf(), { withCredentials: true }));
    own.onopen = () => {
      if (own !== source) return;
      failures = 0;
      isFeedDown = false; // a stream that opens says so if it is
      heard();
      judge();
    };
    own.onerror = () => own === source && broken();
    for (const [name, handle] of Object.entries(handlers)) {
      own.addEventListener(name, (event) => {
        if (own !== source) return;
        isAsking = false;
        streamAt = now();
        heard();
        handle(JSON.parse(event.data));
        judge();
      });
    }
  };
  // A refusal tells no status to an EventSource: a session that has ended shows in the answer of the page's own server.
  const knock = () => fetch("/_dash-dependencies", { method: "HEAD" }).catch(() => {});
  const broken = () => {
    isBroken = true;
    if (!hasCome()) isAsking = true;
    judge();
    if (source.readyState !== EventSource.CLOSED) return;
    knock();
    timer = setTimeout(open, RETRY_MS[Math.min(failures++, RETRY_MS.length - 1)]);
  };

  // ---- asking, where the stream says nothing
  const take = (data, headers) => {
    const newest = headers.get("Live-Version");
    if (version && newest && newest !== version) tell("changed");
    version = newest;
    isFeedDown = headers.get("Live-Feed") === "down";
    heard();
    if (data) handlers[wanted.portfolio != null ? "portfolio" : "quotes"](data);
  };
  const ask = async () => {
    askedAt = now();
    const own = wanted;
    try {
      const response = await fetch(`/live${pathOf()}`, { headers: { Accept: "application/json" } });
      const data = response.status === 200 ? await response.json() : null;
      if (own !== wanted || !isAsking) return;
      if (response.ok) take(data, response.headers);
      else if (response.status === 404) handlers.end({ reason: "gone" });
    } catch {
      // The page's own server does not answer either: what is on the screen grows stale.
    }
    judge();
  };
  const watch = () => {
    if (!wanted) return;
    // A connection that says nothing is none; one that a proxy holds back is tried again more seldom.
    if (now() - Math.max(streamAt, triedAt) >= (isAsking ? REOPEN_MS : SILENT_MS)) open();
    if (now() - heardAt >= SILENT_MS) isAsking = true;
    if (isAsking && now() - askedAt >= POLL_MS) ask();
    judge();
  };
  setInterval(watch, WATCH_MS);

  // ---- pages come and go
  const repaint = () => {
    if (live.frame) tell("portfolio", live.frame);
    live.quotes.forEach((quote) => tell("quote", quote));
  };
  basis.repaintLive = () => requestAnimationFrame(repaint);
  const isSame = (one, other) =>
    one &&
    other &&
    one.url === other.url &&
    one.port === other.port &&
    one.portfolio === other.portfolio &&
    String(one.symbols) === String(other.symbols);
  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.live = {
    listen: (asked) => {
      page = location.pathname;
      live.stored = asked || null;
      if (isSame(asked, wanted)) {
        repaint();
      } else {
        stop();
        if (asked && (asked.portfolio != null || asked.symbols.length)) {
          wanted = asked;
          heard();
          open();
        }
        judge(true);
      }
      return window.dash_clientside.no_update;
    },
  };
  // Another page listens to something else, or to nothing; a change of the view is no other page.
  const leave = () => {
    if (location.pathname === page) return;
    live.stored = null;
    stop();
  };
  window.addEventListener("_dashprivate_pushstate", leave);
  window.addEventListener("popstate", leave);
  window.addEventListener("pagehide", stop);
  // A page that the browser kept and shows again: what it listened to has ended.
  window.addEventListener("pageshow", (event) => event.persisted && location.reload());
})();

// The frame: links that follow the portfolio in the address, theme, notices, keys.
(() => {
  "use strict";
  const basis = (window.basis = window.basis || {});
  const root = document.documentElement;
  const kept = (name) => {
    try {
      return localStorage.getItem(name);
    } catch {
      return null;
    }
  };
  const keep = (name, value) => {
    try {
      localStorage.setItem(name, value);
    } catch {
      // private browsing: the choice lasts as long as the page
    }
  };
  const element = (tag, className, text) => {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text != null) made.textContent = text;
    return made;
  };

  // ---- theme: the server draws charts in the colours that the cookie names
  const tellServer = () => {
    const name = root.dataset.bsTheme + (root.dataset.palette === "cvd" ? "-cvd" : "");
    const secure = location.protocol === "https:" ? "; secure" : "";
    document.cookie = `basis_theme=${name}; path=/; max-age=31536000; samesite=lax${secure}`;
  };
  tellServer();
  basis.theme = () => root.dataset.bsTheme || "light";
  basis.setTheme = (theme) => {
    root.dataset.bsTheme = theme;
    keep("basis.theme", theme);
    tellServer();
    drawThemeButton();
    document.dispatchEvent(new CustomEvent("basis:theme", { detail: { theme } }));
  };
  const drawThemeButton = () => {
    const button = document.getElementById("theme-toggle");
    if (!button) return;
    const dark = basis.theme() === "dark";
    const label = `Switch to ${dark ? "light" : "dark"} theme`;
    button.firstElementChild.className = `bi bi-${dark ? "sun" : "moon"}`;
    button.setAttribute("aria-label", label);
    button.title = label;
  };
  const switchTheme = () => basis.setTheme(basis.theme() === "dark" ? "light" : "dark");
  document.addEventListener("click", (event) => {
    if (event.target.closest("#theme-toggle")) switchTheme();
  });

  // ---- the menu on a phone: the sidebar slides in
  const menu = (open) => {
    root.toggleAttribute("data-menu-open", open);
    if (open) document.querySelector(".side a, .side button").focus();
  };
  document.addEventListener("click", (event) => {
    const control = event.target.closest("[data-menu]");
    if (control) menu(control.dataset.menu === "open");
    else if (event.target.closest(".side a, .side .dropdown-item")) menu(false);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && root.hasAttribute("data-menu-open")) menu(false);
  });

  // ---- keys: single keys only where nobody types
  const GO = { o: "overview", h: "holdings", p: "performance", t: "transactions", i: "instruments", r: "reports" };
  const FRAMES = { 1: "1D", 2: "5D", 3: "1M", 4: "3M", 5: "6M", 6: "YTD", 7: "1Y", 8: "3Y", 9: "5Y", 0: "MAX" };
  let waiting = false;
  const typing = (target) =>
    target.closest && target.closest("input, textarea, select, [contenteditable=true], .ag-root");
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const key = event.key.toLowerCase();
    if (event.shiftKey && key === "d") return switchTheme();
    if (event.shiftKey) return;
    if (waiting) {
      waiting = false;
      const link = document.getElementById(`{"nav":"${GO[key]}","place":"side"}`);
      if (link) link.click();
      return;
    }
    if (key === "g") {
      waiting = true;
      setTimeout(() => (waiting = false), 1200);
    } else if (FRAMES[key]) {
      const frame = document.querySelector(
        `[data-timeframes] input[value="${FRAMES[key]}"], .timeframes input[value="${FRAMES[key]}"]`,
      );
      if (frame) frame.click();
    }
  });

  // ---- notices
  const MARKS = { ok: "check-circle", info: "info-circle", warn: "exclamation-circle", bad: "exclamation-triangle" };
  basis.notify = ({ tone = "info", title = "", text = "", reference = "", action = "", actionId = "" }) => {
    const place = document.getElementById("notices");
    if (!place) return;
    const notice = element("div", `notice ${tone}`);
    const words = element("div");
    if (title) words.append(element("b", "", title));
    words.append(element("span", "t2", text));
    if (reference) words.append(element("div", "micro t3 mono", `ref ${reference}`));
    const close = element("button", "b gh ic sm");
    close.type = "button";
    close.setAttribute("aria-label", "Close");
    close.append(element("i", "bi bi-x-lg"));
    close.addEventListener("click", () => notice.remove());
    const controls = element("div", "row-f");
    if (action) {
      const act = element("button", "b sm", action);
      act.type = "button";
      act.addEventListener("click", () => {
        notice.remove();
        window.dash_clientside.set_props("notice-action", { data: { id: actionId, at: Date.now() } });
      });
      controls.append(act);
    }
    controls.append(close);
    notice.append(element("i", `bi bi-${MARKS[tone] || MARKS.info}`), words, controls);
    place.append(notice);
    while (place.children.length > 3) place.firstElementChild.remove();
    if (tone !== "bad") setTimeout(() => notice.remove(), 8000);
  };

  // Another page of ours, without loading the document again.
  basis.visit = (href) => {
    history.pushState(null, "", href);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
    window.scrollTo(0, 0);
  };

  // ---- links
  const fill = (path, slug) => path.replace("<slug>", slug);
  const pageOf = (pathname, known) => {
    const scored = known
      .map((page) => [page, new RegExp(`^${page.path.replace(/<[^>]+>/g, "[^/]+")}/?$`)])
      .filter(([, pattern]) => pattern.test(pathname))
      .sort(([a], [b]) => a.path.split("<").length - b.path.split("<").length);
    return scored.length ? scored[0][0] : null;
  };
  // The name in the address of a page below another ("/i/AAPL"), else the page's title; a number ("_id>") is no name.
  const titleOf = (page, pathname) => {
    const [name] =
      page.parent && /<(?!\w+_id>)\w+>$/.test(page.path) ? pathname.split("/").filter(Boolean).slice(-1) : [page.title];
    try {
      return decodeURIComponent(name);
    } catch {
      return name; // typed by hand: shown as it is
    }
  };
  const crumbs = (page, pathname, known) => {
    if (!page) return [];
    const text = (content, type, props) => ({
      props: { children: content, ...props },
      type,
      namespace: "dash_html_components",
    });
    const last = text(titleOf(page, pathname), "B", { "aria-current": "page" });
    const parent = known.find((one) => one.key === page.parent);
    const link = parent && {
      props: { children: parent.title, href: parent.path },
      type: "Link",
      namespace: "dash_core_components",
    };
    const above = link || page.group;
    return above ? [above, " ", text("", "I", { className: "bi bi-chevron-right" }), " ", last] : [last];
  };

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.shell = {
    follow: (pathname, portfolios, ids, known) => {
      drawThemeButton();
      const slug = (pathname.match(/^\/p\/([^/]+)/) || [])[1];
      const named = (portfolios || []).find((one) => one.slug === slug);
      if (named) keep("basis.portfolio", named.slug);
      const current =
        named || (portfolios || []).find((one) => one.slug === kept("basis.portfolio")) || (portfolios || [])[0];
      const page = pageOf(pathname, known);
      const places = Object.fromEntries(known.map((one) => [one.key, one.path]));
      const hrefs = ids.map(({ nav }) =>
        places[nav].includes("<slug>") ? (current ? fill(places[nav], current.slug) : "/") : places[nav],
      );
      const classes = ids.map(({ nav, place }) => {
        const on = page && (page.key === nav || page.parent === nav) ? " on" : "";
        return place === "side" ? `nav-i${on}` : on.trim();
      });
      const name = current ? current.name : "No portfolio";
      const mark = name
        .split(/[\s-]+/)
        .map((word) => word[0])
        .join("")
        .slice(0, 2)
        .toUpperCase();
      return [hrefs, classes, name, current ? current.sub : "Create one", mark, name, crumbs(page, pathname, known)];
    },
    notify: (notice) => {
      if (notice) basis.notify(notice);
      return window.dash_clientside.no_update;
    },
  };

  // ---- state of a view in its address, without laying the page out again
  let bound = {};
  const lists = new Set(); // names whose control takes several values
  window.dash_clientside.state = {
    // controls: {name in the query: [id, property, default]}; gives the new query for the store "view".
    push: (controls, ...values) => {
      bound = controls;
      const shown = values.pop() || "";
      const query = new URLSearchParams(location.search);
      Object.entries(controls).forEach(([name, [, , usual]], index) => {
        const many = Array.isArray(values[index]);
        if (many) lists.add(name);
        const value = many ? values[index].join(",") : values[index];
        if (value == null || value === "" || value === usual) query.delete(name);
        else query.set(name, value);
      });
      const search = query.toString() ? `?${query}` : "";
      if (search !== location.search) history.pushState(null, "", location.pathname + search);
      return search === shown ? window.dash_clientside.no_update : search;
    },
  };
  // Back, Forward and links to the page that is shown: the controls follow the address.
  const follow = () => {
    const query = new URLSearchParams(location.search);
    for (const [name, [id, property, usual]] of Object.entries(bound)) {
      const given = query.has(name) ? query.get(name) : usual;
      const value = lists.has(name) ? given.split(",").filter(Boolean) : given;
      if (document.getElementById(id)) window.dash_clientside.set_props(id, { [property]: value });
    }
  };
  window.addEventListener("popstate", follow);
  window.addEventListener("_dashprivate_pushstate", follow);
})();

// The title of the tab follows the price, and is the page's own again where there is none.
(() => {
  "use strict";
  const basis = window.basis;
  let own = ""; // what the page calls itself
  let wanted = "";
  let shown = "";
  const write = () => {
    if (document.title !== shown) own = document.title; // the page, or another one, has named itself
    shown = wanted || own;
    if (document.title !== shown) document.title = shown;
  };
  // `change` is a fraction: an arrow says its direction, so the text can do without a sign.
  basis.liveTitle = (name, change, isStale) => {
    const direction = basis.format.direction(change, 4);
    const arrow = { up: "▲", down: "▼" }[direction] || "";
    const percent = basis.format.missing(change) ? "" : ` ${arrow}${basis.format.percent(Math.abs(change))}`;
    wanted = `${isStale ? "Stale · " : ""}${name}${percent}`;
    write();
  };
  document.addEventListener("basis:link", (event) => {
    if (event.detail.link !== "off") return;
    wanted = "";
    write();
  });
})();

// The chart of an instrument: T shows it as a table, and back.
(() => {
  "use strict";
  const AFTER_G_MS = 1200; // "g t" goes to the transactions
  let wentAt = 0;
  const openMenu = () => document.querySelector(".px-menu[open]");
  document.addEventListener("click", (event) => {
    const menu = openMenu();
    if (menu && !menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && openMenu();
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (event.target.closest("input:not(.btn-check), textarea, select, [contenteditable=true], .ag-root")) return;
    const key = event.key.toLowerCase();
    if (key === "g") wentAt = Date.now();
    const other = document.querySelector("#px-as input:not(:checked)");
    if (key === "t" && other && Date.now() - wentAt > AFTER_G_MS) other.click();
  });
})();

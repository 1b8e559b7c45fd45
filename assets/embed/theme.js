// Runs before anything is painted: a view that follows the system never flashes white.
(() => {
  "use strict";
  const root = document.documentElement;
  if (root.dataset.theme !== "auto") return;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => (root.dataset.bsTheme = dark.matches ? "dark" : "light");
  dark.addEventListener("change", apply);
  apply();
})();

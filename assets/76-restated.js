// The line that says what a restatement moved: once dismissed, it stays away in this browser.
(() => {
  "use strict";
  const NAME = "basis-restated";
  const KEPT = 50;
  const sheet = new CSSStyleSheet();
  const known = () => {
    try {
      const found = JSON.parse(localStorage.getItem(NAME) || "[]");
      return Array.isArray(found) ? found.filter((mark) => /^\d+-\d+$/.test(mark)) : [];
    } catch {
      return []; // no storage: dismissed until the page is left
    }
  };
  const hide = (marks) =>
    sheet.replaceSync(marks.map((mark) => `.restated-line[data-restated="${mark}"]{display:none}`).join(""));
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  hide(known());
  document.addEventListener("click", (event) => {
    const button = event.target.closest(".restated-line button");
    if (!button) return;
    const marks = [...known(), button.closest(".restated-line").dataset.restated].slice(-KEPT);
    hide(marks);
    try {
      localStorage.setItem(NAME, JSON.stringify(marks));
    } catch {
      // as above
    }
  });
})();

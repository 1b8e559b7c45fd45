// A watchlist on a phone: a button turns its rows into the order, which is moved, and the notes, which are written.
(() => {
  "use strict";
  const basis = window.basis;
  const READING = ["name", "trend_30", "price"];
  const ROW_HEIGHT = { reading: 56, editing: 100 };
  const make = (...all) => window.React.createElement(...all);
  const components = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});
  const byId = (id) => document.getElementById(id);
  let isEditing = false;

  // ---- one row: its name and what moves it, over its note
  const act = (mark, label, onClick) =>
    make(
      "button",
      { type: "button", className: "b gh ic", "aria-label": label, onClick },
      make("i", { className: `bi bi-${mark}`, "aria-hidden": true }),
    );
  const keepNote = (node, note) => {
    const { symbol, kind } = node.data;
    if (note === node.data.note) return;
    node.updateData({ ...node.data, note, sub: [symbol, note || kind].filter(Boolean).join(" · ") });
    basis.watchlist.noted(symbol, note);
  };
  // The grid takes keys for its own before React hears of them: they stay with the field.
  const listened = (node) => (field) => {
    if (!field || field.dataset.heard) return;
    field.dataset.heard = "1";
    field.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Enter") field.blur();
    });
    field.addEventListener("blur", () => keepNote(node, field.value.trim()));
  };
  components.WatchEditCell = (props) => {
    const { symbol, name, note } = props.data;
    const { moveRow, removed } = basis.watchlist;
    return make(
      "div",
      { className: "watch-edit" },
      make("b", { className: "ell", title: name }, name),
      make(
        "span",
        { className: "row-f" },
        act("arrow-up", `Move ${symbol} up`, () => moveRow(props.api, symbol, -1)),
        act("arrow-down", `Move ${symbol} down`, () => moveRow(props.api, symbol, 1)),
        act("x-lg", `Take ${symbol} off the list`, () => removed(symbol)),
      ),
      make("input", {
        className: "in",
        type: "text",
        maxLength: 500,
        placeholder: "Add a note",
        "aria-label": `Note beside ${symbol}`,
        defaultValue: note,
        ref: listened(props.node),
      }),
    );
  };

  // ---- the list: read, or edited
  const show = () => {
    const button = byId("watchlist-edit");
    const api = button && basis.watchlist.gridApi();
    if (!button) isEditing = false;
    if (!api || !api.getColumn("edit")) return;
    api.setColumnsVisible(READING, !isEditing);
    api.setColumnsVisible(["edit"], isEditing);
    api.setGridOption("rowHeight", isEditing ? ROW_HEIGHT.editing : ROW_HEIGHT.reading);
    api.resetRowHeights();
    button.setAttribute("aria-pressed", String(isEditing));
    button.classList.toggle("on", isEditing);
  };
  document.addEventListener("click", (event) => {
    if (!event.target.closest("#watchlist-edit")) return;
    isEditing = !isEditing;
    show();
  });
  document.addEventListener("basis:watchlist", show); // drawn anew, after a change
})();

// Dividends and splits to book: what is chosen in the grid, and the button of a row.
(() => {
  "use strict";
  const make = (...all) => window.React.createElement(...all);
  const components = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});
  const set = (data) => window.dash_clientside.set_props("actions-asked", { data: { ...data, at: Date.now() } });

  // Accept one. Fields: id, acceptable, name.
  components.AcceptCell = (props) => {
    const row = props.data;
    if (!row.acceptable) return null;
    const accept = () => set({ what: "accept", ids: [row.id] });
    return make(
      "button",
      { type: "button", className: "b sm", onClick: accept, "aria-label": `Accept ${row.name} of ${row.date}` },
      "Accept",
    );
  };

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.proposals = {
    chosen: (rows) => [!(rows || []).some((row) => row.acceptable), !(rows || []).length],
    restore: (clicks) => (clicks ? { what: "restore", at: Date.now() } : window.dash_clientside.no_update),
    ask: (_all, _accept, _dismiss, rows) => {
      const [clicked] = window.dash_clientside.callback_context.triggered;
      // The buttons are made anew after every decision: nobody has clicked those.
      if (!clicked || !clicked.value) return window.dash_clientside.no_update;
      const source = clicked.prop_id;
      if (source.startsWith("actions-all")) return { what: "all", at: Date.now() };
      const what = source.startsWith("actions-accept") ? "accept" : "dismiss";
      const chosen = (rows || []).filter((row) => what === "dismiss" || row.acceptable);
      return { what, ids: chosen.map((row) => row.id), at: Date.now() };
    },
  };
})();

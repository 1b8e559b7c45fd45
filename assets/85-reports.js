// The panel that asks for a report: opened and closed, and what it shows of its choices.
(() => {
  "use strict";
  const nothing = () => window.dash_clientside.no_update;
  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.reports = {
    panel: () => {
      const { triggered, triggered_id: id } = window.dash_clientside.callback_context;
      if (!triggered.some((one) => one.value)) return nothing();
      return id !== "report-cancel";
    },
    choose: (span, format) => [
      span !== "custom",
      format === "csv"
        ? "One plain table, for other programs."
        : "A workbook: summary, holdings and the daily series, with a chart.",
    ],
  };
})();

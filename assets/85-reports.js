// The panel that asks for a report: opened and closed, and what it shows of its choices.
(() => {
  "use strict";
  // The portfolio that was looked at last, where it is still one of the person's.
  const current = (portfolios) => {
    try {
      const slug = localStorage.getItem("basis.portfolio");
      return (portfolios || []).some((one) => one.slug === slug) ? slug : null;
    } catch {
      return null; // private browsing: the first one stays chosen
    }
  };
  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.reports = {
    panel: (_opened, _cancelled, portfolios) => {
      const { no_update: nothing, callback_context: context } = window.dash_clientside;
      if (!context.triggered.some((one) => one.value)) return [nothing, nothing];
      if (context.triggered_id === "report-cancel") return [false, nothing];
      return [true, current(portfolios) || nothing];
    },
    choose: (span, format, kind, words) => [span !== "custom", words[format], words[kind]],
  };
})();

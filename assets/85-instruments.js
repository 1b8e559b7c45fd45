// The list of instruments on a phone: the last close over its change, or over what is wrong with the prices.
(() => {
  "use strict";
  const { format } = window.basis;
  const make = (...all) => window.React.createElement(...all);
  const components = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});

  // Fields: close, currency, change, condition ("Priced" where all is well). Params: {"tones": {"Stale": "warn"}}.
  components.QuoteCell = (props) => {
    const row = props.data;
    const tone = `xs num ${format.direction(row.change, 4)}`;
    const below =
      row.condition === "Priced"
        ? make("span", { className: tone }, format.percent(row.change, 2, { signed: true }))
        : make("span", null, make("span", { className: `chip ${props.tones[row.condition] || ""}` }, row.condition));
    const price = make(
      "span",
      { className: "med num" },
      format.price(row.close, row.currency, { min_decimals: row.decimals }),
    );
    return make("div", { className: "quote-cell" }, price, below);
  };
})();

// The chart of an instrument: fewer ticks where the window is narrow.
(() => {
  "use strict";
  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.instrument = {
    narrow: () =>
      window.matchMedia("(max-width: 767px)").matches ? true : window.dash_clientside.no_update,
  };
})();

// Plain forms: show a password, and never send one twice.
(() => {
  "use strict";
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-reveal]");
    if (!button) return;
    const input = document.getElementById(button.dataset.reveal);
    const hidden = input.type === "password";
    input.type = hidden ? "text" : "password";
    button.setAttribute("aria-label", hidden ? "Hide password" : "Show password");
    button.firstElementChild.className = `bi bi-${hidden ? "eye-slash" : "eye"}`;
    input.focus();
  });
  document.addEventListener("submit", (event) => {
    const button = event.target.querySelector("button[type=submit]");
    if (event.target.matches(".auth form") && button) {
      if (button.dataset.sent) event.preventDefault();
      button.dataset.sent = "1";
    }
  });
  window.addEventListener("pageshow", () => {
    for (const button of document.querySelectorAll("button[data-sent]")) delete button.dataset.sent;
  });
})();

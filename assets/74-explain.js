// "How was this computed?": fetches the working of a figure and shows it beside the button that asked.
(() => {
  "use strict";
  const WIDTH = 404;
  const EDGE = 8;
  let opener = null;

  const box = () => document.getElementById("explain");
  const make = () => {
    const element = document.createElement("div");
    element.id = "explain";
    element.className = "pop explained";
    element.tabIndex = -1;
    element.setAttribute("role", "dialog");
    element.setAttribute("aria-labelledby", "explain-title");
    document.body.append(element);
    return element;
  };
  const close = () => {
    const open = box();
    if (!open) return;
    open.remove();
    if (opener && opener.isConnected) opener.focus();
    opener = null;
  };
  // Below the button, inside the window; the page scrolls with it.
  const place = (element, button) => {
    const at = button.getBoundingClientRect();
    const width = Math.min(WIDTH, window.innerWidth - 2 * EDGE);
    const left = Math.max(EDGE, Math.min(at.left - 16, window.innerWidth - width - EDGE));
    element.style.width = `${width}px`;
    element.style.left = `${left + window.scrollX}px`;
    element.style.top = `${at.bottom + 6 + window.scrollY}px`;
  };
  const fill = async (element, address) => {
    const answer = await fetch(address, { headers: { Accept: "text/html" } });
    if (answer.status === 401 && window.basis.signIn) return window.basis.signIn();
    const text = answer.ok ? await answer.text() : "";
    if (element !== box()) return;
    // The server's own template, in which every text is escaped.
    const parts = new DOMParser().parseFromString(text, "text/html").body.childNodes;
    if (answer.ok) element.replaceChildren(...parts);
    else element.textContent = "The working could not be had. Close this and try again.";
    element.focus({ preventScroll: true });
  };
  const open = (button) => {
    const again = button === opener;
    close();
    if (again) return;
    opener = button;
    const element = make();
    element.textContent = "…";
    place(element, button);
    fill(element, button.dataset.explain).catch(() => {
      element.textContent = "The working could not be had: the server does not answer.";
    });
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-explain]");
    if (button) return open(button);
    if (event.target.closest('[data-close="explain"]')) return close();
    const shown = box();
    if (shown && !shown.contains(event.target)) close();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
  });
  window.addEventListener("resize", close);
  window.addEventListener("_dashprivate_pushstate", close);
})();

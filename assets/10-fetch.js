// Every request of the page: a lost session goes to sign-in, a refusal that carries a rendering is rendered.
(() => {
  "use strict";
  const basis = (window.basis = window.basis || {});
  const original = window.fetch.bind(window);
  const DISPATCH = "/_dash-update-component";
  let leaving = false;

  const cookie = (name) => {
    const found = document.cookie.split("; ").find((pair) => pair.startsWith(`${name}=`));
    return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
  };

  // The headers that a write of our own (an upload, a download form) must carry.
  basis.csrf = () => ({ "X-CSRFToken": cookie("__Host-basis_csrf") || cookie("basis_csrf") });

  basis.signIn = () => {
    if (leaving) return;
    leaving = true;
    const here = location.pathname + location.search;
    location.assign(here === "/" ? "/sign-in" : `/sign-in?next=${encodeURIComponent(here)}`);
  };

  const tell = async (response) => {
    let detail = "The server could not answer. Try again in a moment.";
    let reference = "";
    try {
      const problem = await response.clone().json();
      detail = problem.detail || detail;
      reference = problem.reference || "";
    } catch {
      // not JSON: the sentence above says enough
    }
    if (basis.notify) basis.notify({ tone: "bad", title: "That did not work", text: detail, reference });
  };

  // A line at the top while callbacks run for longer than a moment; what is on the page stays.
  let running = 0;
  let line = null;
  const showLine = () => {
    if (running && !line) {
      line = document.createElement("div");
      line.className = "progress-line";
      document.body.append(line);
    }
  };
  const begin = () => {
    running += 1;
    setTimeout(showLine, 300);
  };
  const end = () => {
    running -= 1;
    if (!running && line) {
      line.remove();
      line = null;
    }
  };

  const send = async (input, init, address) => {
    if (address.pathname !== DISPATCH) return original(input, init);
    begin();
    try {
      return await original(input, init);
    } finally {
      end();
    }
  };

  window.fetch = async (input, init) => {
    const address = new URL(typeof input === "string" ? input : input.url, location.href);
    const own = address.origin === location.origin;
    let response;
    try {
      response = own ? await send(input, init, address) : await original(input, init);
    } catch (error) {
      if (own && error.name !== "AbortError") document.dispatchEvent(new CustomEvent("basis:offline"));
      throw error;
    }
    if (!own) return response;
    if (response.status === 401) {
      basis.signIn();
      return new Promise(() => {}); // the page is being left: nothing may follow
    }
    if (!response.ok && response.headers.get("X-Dashboard-Rendered")) {
      return new Response(response.body, { status: 200, headers: response.headers });
    }
    if (!response.ok && address.pathname === DISPATCH) {
      await tell(response);
      return new Response(null, { status: 204 });
    }
    return response;
  };
})();

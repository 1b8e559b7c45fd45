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

  window.fetch = async (input, init) => {
    const address = new URL(typeof input === "string" ? input : input.url, location.href);
    const own = address.origin === location.origin;
    let response;
    try {
      response = await original(input, init);
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

"use strict";
// Works out delivery and total anew when another country, state or delivery is chosen, and lets the shop keep what was typed when the
// page is left. Without this script buttons do both.
(() => {
  const form = document.querySelector("form[data-checkout]");
  if (!form) return;
  let latest = 0;
  let due = false;

  async function recount() {
    const turn = ++latest;
    const typed = new FormData(form);
    typed.set("save", "1");
    const body = new URLSearchParams(typed);
    try {
      const answer = await fetch(form.action, { method: "POST", body, credentials: "same-origin", signal: AbortSignal.timeout(10_000) });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (!answer.ok || turn !== latest) return;
      for (const part of document.querySelectorAll("[data-part]")) {
        const fresh = page.getElementById(part.id);
        if (fresh && !part.contains(document.activeElement)) part.replaceChildren(...fresh.childNodes);
      }
    } catch {
      // The page keeps its last total; ordering checks it again.
    }
  }

  // An address that is not complete yet has no delivery: the count waits for the rest of it.
  function recountOnceComplete() {
    if (!due || !document.getElementById("review") || !form.checkValidity()) return;
    due = false;
    recount();
  }

  form.addEventListener("change", (event) => {
    due ||= ["shipping_method_id", "region"].includes(event.target.name);
    recountOnceComplete();
  });
  // A form that is sent takes along what was typed. For any other way out the shop is told after each field, and of the last one on leaving.
  let typed = false;
  let telling = Promise.resolve();

  function draft() {
    typed = false;
    const body = new URLSearchParams(new FormData(form));
    body.set("leave", "page");
    return body;
  }

  async function tell() {
    if (!typed) return;
    const signal = AbortSignal.timeout(8000);
    await fetch(form.action, { method: "POST", body: draft(), credentials: "same-origin", keepalive: true, signal });
  }

  form.addEventListener("input", () => (typed = true));
  form.addEventListener("change", () => (telling = telling.then(tell).catch(() => {}))); // one after the other: the last knows all
  form.addEventListener("submit", () => (typed = false));
  addEventListener("pagehide", () => typed && navigator.sendBeacon(form.action, draft()));
  // The fields of another country are there: see address.js.
  form.addEventListener("address", () => {
    due = true;
    recountOnceComplete();
  });
})();

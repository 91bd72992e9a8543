"use strict";
// On every page: suggestions while somebody types, and the worker that shows pages seen before while there is no network.
(() => {
  if ("serviceWorker" in navigator && isSecureContext) navigator.serviceWorker.register("/sw.js").catch(() => {});

  const field = document.querySelector("input[data-suggest]");
  const box = document.getElementById("suggestions");
  if (!field || !box) return;
  let timer = 0;
  let running = null;

  function close() {
    clearTimeout(timer);
    running?.abort();
    box.hidden = true;
    box.replaceChildren();
  }

  async function suggest() {
    const words = field.value.trim();
    running?.abort();
    if (words.length < 2) return close();
    const asked = new AbortController();
    running = asked;
    setTimeout(() => asked.abort(), 4000);
    try {
      const address = `${field.dataset.suggest}?${new URLSearchParams({ q: words })}`;
      const answer = await fetch(address, { credentials: "same-origin", signal: asked.signal });
      if (!answer.ok) return close();
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      box.replaceChildren(...page.body.childNodes);
      box.hidden = false;
    } catch {
      // Overtaken by the next letter, or away from the network: the form still searches.
    }
  }

  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(suggest, 150);
  });
  field.form.addEventListener("keydown", (event) => {
    const links = [...box.querySelectorAll("a")];
    if (event.key === "Escape" && !box.hidden) {
      close();
      field.focus();
    } else if (["ArrowDown", "ArrowUp"].includes(event.key) && links.length) {
      event.preventDefault();
      const places = [field, ...links];
      const step = event.key === "ArrowDown" ? 1 : -1;
      places[(places.indexOf(document.activeElement) + step + places.length) % places.length].focus();
    }
  });
  document.addEventListener("click", (event) => {
    if (!field.form.contains(event.target)) close();
  });
  field.form.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !field.form.contains(event.relatedTarget)) close();
  });
})();

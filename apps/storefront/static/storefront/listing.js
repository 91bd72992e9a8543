"use strict";
// Applies a filter of the column when it is ticked, and adds the next page to the list. Without this script a button and a link do.
// In the drawer of a phone several are ticked before its button applies them.
(() => {
  const form = document.querySelector("form[data-filter]");
  form?.addEventListener("change", (event) => {
    if (event.target.type === "checkbox" && !form.closest(":popover-open")) form.requestSubmit();
  });
  form?.addEventListener("formdata", (event) => {
    for (const name of ["min_price", "max_price"]) if (!event.formData.get(name)) event.formData.delete(name);
  });

  const NEXT = 'a[rel="next"]';
  const cards = document.querySelector("#results .cards");
  const pages = document.querySelector(".pages");
  const link = pages?.querySelector(NEXT);
  if (!cards || !link) return;
  const shown = document.getElementById("shown");
  link.textContent = link.dataset.more;

  // Adds the page that the link leads to, and leads it to the one after; returns the first card added.
  async function append() {
    const answer = await fetch(link.href, { credentials: "same-origin", signal: AbortSignal.timeout(20_000) });
    if (!answer.ok) throw new Error(String(answer.status));
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const added = [...page.querySelectorAll("#results .card")];
    cards.append(...added);
    const following = page.querySelector(`.pages ${NEXT}`);
    if (following) link.setAttribute("href", following.getAttribute("href"));
    else (pages.children.length > 1 ? link : pages).remove();
    shown.textContent = shown.dataset.shown.replace("{}", cards.children.length);
    return added[0];
  }

  // How far the list was shown stays with this entry of the history: whoever comes back finds it so, and the place in it.
  const remember = (change) => history.replaceState({ ...history.state, ...change }, "");

  async function showMore() {
    if (link.ariaBusy === "true") return;
    link.ariaBusy = "true";
    history.scrollRestoration = "manual";
    try {
      const first = await append();
      remember({ more: (history.state?.more ?? 0) + 1 });
      if ([link, document.body].includes(document.activeElement)) first.querySelector("a").focus();
      link.ariaBusy = "false";
    } catch {
      location.assign(link.href);
    }
  }

  async function restore({ more, top }) {
    link.ariaBusy = "true";
    try {
      for (let page = 0; page < more && link.isConnected; page += 1) await append();
    } catch {
      // As far as it came: the link leads on from there.
    }
    link.ariaBusy = "false";
    scrollTo({ top, behavior: "instant" });
  }

  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    showMore();
  });
  addEventListener("scrollend", () => history.state?.more && remember({ top: scrollY }));
  if (history.state?.more) restore(history.state);
})();

"use strict";
// Changes the chosen colour, shows another view and fills the bag without leaving the page. Without this script, or where it fails,
// the same links and the same form load the next page.
(() => {
  async function load(address, given) {
    const answer = await fetch(address, { credentials: "same-origin", signal: AbortSignal.timeout(10_000), ...given });
    if (!answer.ok) throw new Error(String(answer.status));
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  }

  const chosenSize = () => document.querySelector('input[name="variant_id"]:checked')?.dataset.label;

  async function choose(link) {
    const address = new URL(link.href);
    const size = link.dataset.choose === "missed" ? "" : chosenSize();
    try {
      const page = await load(address);
      for (const part of document.querySelectorAll("[data-part]")) part.replaceWith(page.getElementById(part.id));
      address.hash = "";
      history.replaceState(null, "", address);
      for (const radio of document.querySelectorAll('input[name="variant_id"]')) {
        if (size && radio.dataset.label === size) radio.checked = true;
      }
      document.querySelector(`a[data-choose][href="${CSS.escape(link.getAttribute("href"))}"]`)?.focus();
      watchButton();
      watchStrip();
    } catch {
      location.assign(link.href);
    }
  }

  function show(link) {
    const view = document.getElementById(link.hash.slice(1));
    view.parentElement.scrollTo({ left: view.offsetLeft - view.parentElement.offsetLeft });
  }

  // The count in the header and the sums come from the bag's own page, which the form leads to.
  async function add(form) {
    const panel = document.getElementById("added");
    const chosen = [...document.querySelectorAll(".options .legend .quiet")].map((each) => each.textContent);
    try {
      const bag = await load(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
      const fault = bag.querySelector(".note.error");
      document.querySelector(".tools").replaceWith(bag.querySelector(".tools"));
      panel.querySelector("h2").textContent = fault ? panel.dataset.refused : panel.dataset.added;
      panel.querySelector("[data-chosen]").textContent = [...chosen, chosenSize()].filter(Boolean).join(", ");
      const picture = document.querySelector(".strip img");
      if (picture) panel.querySelector("img").replaceWith(picture.cloneNode());
      panel.querySelector("[data-told]").textContent = fault
        ? fault.textContent
        : panel.dataset.subtotal.replace("{}", bag.querySelector(".summary dd")?.textContent ?? "");
      const extras = ["#bag-notes", ".free-delivery"].map((part) => bag.querySelector(part)).filter(Boolean);
      panel.querySelector("[data-from-bag]").replaceChildren(...extras);
      panel.showModal();
    } catch (error) {
      // Nobody knows whether an answer that did not come was one that added: the bag shows it, and sending again might add twice.
      if (error.name === "TimeoutError") location.assign(panel.querySelector(".ways-on a").href);
      else form.submit();
    }
  }

  function watchButton() {
    const bar = document.querySelector("[data-sticky]");
    const button = document.querySelector(".add");
    if (!bar || !button) return;
    // A button that the edge of the window cuts counts as out of sight.
    const seen = ([entry]) => (bar.hidden = entry.intersectionRatio >= 0.9);
    new IntersectionObserver(seen, { threshold: 0.9 }).observe(button);
  }

  function watchStrip() {
    const strip = document.querySelector(".strip");
    const links = [...document.querySelectorAll("a[data-view]")];
    if (!links.length) return;
    const seen = new IntersectionObserver(
      (entries) => {
        for (const entry of entries.filter((each) => each.isIntersecting)) {
          for (const link of links) {
            if (link.hash === `#${entry.target.id}`) link.setAttribute("aria-current", "true");
            else link.removeAttribute("aria-current");
          }
        }
      },
      { root: strip, threshold: 0.6 },
    );
    for (const view of strip.children) seen.observe(view);
  }

  document.addEventListener("click", (event) => {
    if (event.target.matches("dialog")) event.target.close(); // beside the panel
    const link = event.target.closest("a[data-choose], a[data-view]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    if (link.matches("[data-view]")) show(link);
    else choose(link);
  });
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-add]")) return;
    event.preventDefault();
    add(event.target);
  });
  watchButton();
  watchStrip();
})();

"use strict";
// Draws the fields of the country that is chosen, with all that was typed. Without this script a button does it.
(() => {
  const fields = document.querySelector("[data-address]");
  if (!fields) return;
  const form = fields.closest("form");
  const country = form.elements.namedItem("country");
  const typed = new Map();
  let latest = 0;

  function remember() {
    for (const field of fields.querySelectorAll("[name]")) if (field.value) typed.set(field.name, field.value);
  }

  function fill(fresh) {
    for (const field of fresh.querySelectorAll("[name]")) {
      const value = typed.get(field.name) ?? "";
      const fits = field.tagName !== "SELECT" || [...field.options].some((option) => option.value === value);
      if (fits) field.value = value;
    }
  }

  async function draw() {
    const turn = ++latest;
    const address = fields.dataset.address.replace("XX", encodeURIComponent(country.value));
    try {
      const answer = await fetch(address, { credentials: "same-origin", signal: AbortSignal.timeout(8000) });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (!answer.ok || turn !== latest) return;
      const focused = fields.contains(document.activeElement) ? document.activeElement.name : "";
      remember();
      fill(page.body);
      fields.replaceChildren(...page.body.childNodes);
      if (focused) form.elements.namedItem(focused)?.focus({ preventScroll: true });
    } catch {
      // The fields stay as they are; what is missing is said when the form is sent.
    }
    if (turn === latest) form.dispatchEvent(new Event("address"));
  }

  country.addEventListener("change", draw);
})();

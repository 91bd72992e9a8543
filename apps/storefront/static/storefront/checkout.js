"use strict";
// Works out delivery and total anew when another country or another delivery is chosen. Without this script a button does it.
(() => {
  const form = document.querySelector("form[data-checkout]");
  if (!form) return;
  let latest = 0;

  async function recount() {
    const turn = ++latest;
    const typed = new FormData(form);
    typed.set("save", "1");
    const body = new URLSearchParams(typed);
    try {
      const answer = await fetch(form.action, { method: "POST", body, credentials: "same-origin" });
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

  form.addEventListener("change", (event) => {
    const counts = ["shipping_method_id", "country"].includes(event.target.name);
    if (counts && document.getElementById("review")) recount();
  });
})();

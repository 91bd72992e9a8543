"use strict";
// Changes the chosen colour without leaving the page. Without this script, or where it fails, the same links load it anew.
(() => {
  document.addEventListener("click", async (event) => {
    const link = event.target.closest("a[data-choose]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    const address = new URL(link.href);
    try {
      const answer = await fetch(address, { credentials: "same-origin" });
      if (!answer.ok) throw new Error(String(answer.status));
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      document.getElementById("choose").replaceWith(page.getElementById("choose"));
      address.hash = "";
      history.replaceState(null, "", address);
      document.querySelector(`a[data-choose][href="${CSS.escape(link.getAttribute("href"))}"]`)?.focus();
    } catch {
      location.assign(link.href);
    }
  });
})();

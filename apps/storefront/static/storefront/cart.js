"use strict";
// Changes quantities while the page stays. What is shown is what the shop answered, nothing is guessed before. Without this script
// the same forms load the page again.
(() => {
  const bag = document.getElementById("bag");
  const told = document.getElementById("told");
  const waiting = new Map(); // timers by the id of the field that was typed into
  let turn = Promise.resolve();

  const fieldOf = (form) => form.querySelector(".quantity");
  const faultOf = (form) => form.querySelector(".fault");
  const linesOf = (page) => [...page.querySelectorAll(".line")].map((line) => line.id).join();

  function tell(form, fault) {
    const field = fieldOf(form);
    faultOf(form).textContent = fault;
    if (fault) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  }

  // Fields stay where they are, so that focus and what is being typed stay too.
  function update(page) {
    for (const part of bag.querySelectorAll("[data-part]")) part.replaceWith(page.getElementById(part.id));
    for (const form of bag.querySelectorAll("form[data-line]")) {
      const fresh = page.getElementById(fieldOf(form).id);
      if (!waiting.has(fresh.id)) fieldOf(form).value = fresh.value;
    }
  }

  function replace(page) {
    const typed = [...waiting.keys()].map((id) => [id, document.getElementById(id)?.value]);
    const focused = document.activeElement.id;
    bag.replaceChildren(...page.getElementById("bag").childNodes);
    for (const [id, value] of typed) {
      const field = document.getElementById(id);
      if (field) field.value = value;
    }
    (document.getElementById(focused) ?? document.getElementById("bag-title")).focus();
  }

  async function send(id, body, name) {
    const form = document.getElementById(id)?.form;
    if (!form) return;
    let page;
    try {
      const answer = await fetch(form.action, { method: "POST", body, credentials: "same-origin", signal: AbortSignal.timeout(10_000) });
      if (!answer.ok) return form.submit(); // the page that explains it
      page = new DOMParser().parseFromString(await answer.text(), "text/html");
    } catch {
      tell(form, told.dataset.unreachable);
      told.textContent = faultOf(form).textContent;
      return;
    }
    const fault = page.getElementById(id)?.form.querySelector(".fault").textContent ?? "";
    if (linesOf(page) === linesOf(document)) update(page);
    else replace(page);
    const left = document.getElementById(id);
    if (left) tell(left.form, fault);
    document.querySelector(".tools").replaceWith(page.querySelector(".tools"));
    const subtotal = document.querySelector("#bag-summary dd")?.textContent;
    const change = left ? `${name}: ${left.value}.` : told.dataset.removed.replace("{}", name);
    told.textContent = fault || `${change} ${subtotal ? told.dataset.subtotal.replace("{}", subtotal) : told.dataset.empty}`;
  }

  function change(form, { remove = false } = {}) {
    const field = fieldOf(form);
    clearTimeout(waiting.get(field.id));
    waiting.delete(field.id);
    if (!remove && !field.checkValidity()) return tell(form, field.validationMessage);
    const body = new URLSearchParams(new FormData(form));
    if (remove) body.set("remove", "1");
    const name = form.closest(".line").querySelector(".what > a").textContent;
    turn = turn.then(() => send(field.id, body, name)); // one after the other: the last answer shows all of them
  }

  function soon(form, milliseconds) {
    const { id } = fieldOf(form);
    clearTimeout(waiting.get(id));
    waiting.set(id, setTimeout(() => document.getElementById(id) && change(document.getElementById(id).form), milliseconds));
  }

  bag.addEventListener("input", (event) => {
    const { form, value } = event.target;
    // A field that is empty or at zero is still being typed into: what is meant shows when it is left.
    if (!form?.matches("[data-line]")) return;
    if (Number(value) > 0) soon(form, 450);
    else {
      clearTimeout(waiting.get(event.target.id));
      waiting.set(event.target.id, 0);
    }
  });
  bag.addEventListener("change", (event) => {
    if (event.target.form?.matches("[data-line]") && waiting.has(event.target.id)) soon(event.target.form, 450);
  });
  bag.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-line]")) return;
    event.preventDefault();
    change(event.target, { remove: event.submitter?.name === "remove" });
  });
})();

"use strict";
// Applies a filter when it is ticked. Without this script the button does.
(() => {
  const form = document.querySelector("form[data-filter]");
  form?.addEventListener("change", (event) => {
    if (event.target.type === "checkbox") form.requestSubmit();
  });
  form?.addEventListener("formdata", (event) => {
    for (const name of ["min_price", "max_price"]) if (!event.formData.get(name)) event.formData.delete(name);
  });
})();

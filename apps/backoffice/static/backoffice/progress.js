// Shows how far the import is, and loads the page anew when a worker has done its part.
const shown = document.getElementById("import-progress");

async function look() {
  try {
    const answer = await fetch(shown.dataset.url, { signal: AbortSignal.timeout(5000) });
    const now = await answer.json();
    if (!now.is_working) {
      location.reload();
      return;
    }
    const bar = shown.querySelector("progress");
    if (now.total) {
      bar.max = now.total;
      bar.value = now.done;
      shown.querySelector("span").textContent = `${Math.round((100 * now.done) / now.total)} %, ${now.done} of ${now.total} products`;
    }
  } catch {
    // Away for a moment: the next look tells.
  }
  setTimeout(look, 1000);
}

if (shown) setTimeout(look, 1000);

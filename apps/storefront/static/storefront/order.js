"use strict";
// Keeps the order's page current: a message over the socket is a hint to fetch the page again. While there is no socket it looks
// every ten seconds by itself.
(() => {
  const box = document.getElementById("order");
  let version = Number(box.dataset.version);
  let wait = 1000;
  let live = false;

  async function refresh() {
    try {
      const answer = await fetch(location.pathname, { credentials: "same-origin", signal: AbortSignal.timeout(8000) });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById("order");
      if (!fresh || Number(fresh.dataset.version) <= version) return;
      version = Number(fresh.dataset.version);
      box.dataset.version = String(version);
      box.replaceChildren(...fresh.childNodes);
    } catch {
      // Away from the network; the next look or the next socket tells.
    }
  }

  function listen() {
    const socket = new WebSocket(box.dataset.liveUrl);
    socket.addEventListener("open", () => {
      if (box.dataset.token) socket.send(JSON.stringify({ token: box.dataset.token }));
    });
    socket.addEventListener("message", (message) => {
      live = true;
      wait = 1000;
      if (JSON.parse(message.data).version > version) refresh();
    });
    socket.addEventListener("close", (event) => {
      live = false;
      if (event.code >= 4400) return; // refused for good: looking every ten seconds remains
      setTimeout(listen, wait * (0.5 + Math.random()));
      wait = Math.min(wait * 2, 60000);
    });
  }

  listen();
  setInterval(() => {
    if (!live && document.visibilityState === "visible") refresh();
  }, 10000);
})();

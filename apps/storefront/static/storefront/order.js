"use strict";
// Keeps the order's page current: a message over the socket is a hint to fetch the page again; without a socket it looks every ten seconds.
(() => {
  const box = document.getElementById("order");
  let version = Number(box.dataset.version);
  let wait = 1000;

  async function refresh() {
    const answer = await fetch(location.href, { credentials: "same-origin" });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("order");
    if (fresh && Number(fresh.dataset.version) > version) {
      version = Number(fresh.dataset.version);
      box.replaceChildren(...fresh.childNodes);
      box.dataset.version = String(version);
    }
  }

  function listen() {
    const socket = new WebSocket(box.dataset.liveUrl);
    socket.addEventListener("open", () => {
      wait = 1000;
      if (box.dataset.token) socket.send(JSON.stringify({ token: box.dataset.token }));
    });
    socket.addEventListener("message", (message) => {
      if (JSON.parse(message.data).version > version) refresh();
    });
    socket.addEventListener("close", () => {
      setTimeout(listen, wait);
      wait = Math.min(wait * 2, 60000);
    });
  }

  listen();
  setInterval(() => { if (document.visibilityState === "visible") refresh(); }, 10000);
})();

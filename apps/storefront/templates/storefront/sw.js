"use strict";
// Keeps the last pages of the catalogue that were looked at, for when there is no network. Bag, checkout, orders and account are
// always asked for anew: they are the visitor's own, and yesterday's would be wrong.
const SHELL = [{% for path in shell %}"{{ path|escapejs }}"{% if not forloop.last %}, {% endif %}{% endfor %}];
// What the paths of the shop's other languages begin with.
const ROOTS = [{% for root in roots %}"{{ root|escapejs }}"{% if not forloop.last %}, {% endif %}{% endfor %}];
const KEPT = { pages: 30, pictures: 120 };
const FRAME = `shell-${SHELL.join().split("").reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) >>> 0, 7)}`;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(FRAME).then((cache) => cache.addAll(SHELL)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches.keys()
      .then((names) => Promise.all(names.filter((name) => name.startsWith("shell-") && name !== FRAME).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

async function keep(name, request, response) {
  const cache = await caches.open(name);
  await cache.delete(request);
  await cache.put(request, response);
  const kept = await cache.keys();
  await Promise.all(kept.slice(0, Math.max(0, kept.length - KEPT[name])).map((each) => cache.delete(each)));
}

const rootOf = (path) => ROOTS.find((root) => path.startsWith(`${root}/`)) ?? "";
const offline = (path) => caches.match(`${rootOf(path)}/offline/`);

// A network that is there and answers nothing counts as none. Once an answer begins it may take its time.
async function ask(request, milliseconds) {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), milliseconds);
  try {
    return await fetch(request, { signal: patience.signal });
  } finally {
    clearTimeout(timer);
  }
}

async function page(request, event) {
  const kept = await caches.match(request);
  try {
    const answer = await ask(request, kept ? 6000 : 20000);
    if (answer.ok && !answer.redirected) event.waitUntil(keep("pages", request, answer.clone()));
    return answer;
  } catch {
    return kept ?? (await offline(new URL(request.url).pathname));
  }
}

async function offlineOr(request) {
  try {
    return await ask(request, 20000);
  } catch {
    return offline(new URL(request.url).pathname);
  }
}

// Pictures and files with a hash in their name never change; others are asked for anew while there is a network.
async function file(request, event) {
  const isPicture = request.url.includes("/media/");
  const kept = await caches.match(request);
  if (kept && (isPicture || /\.[0-9a-f]{12}\./.test(request.url))) return kept;
  try {
    // A picture may have to be drawn first.
    const answer = await ask(request, isPicture ? 60000 : 20000);
    if (answer.ok && isPicture) event.waitUntil(keep("pictures", request, answer.clone()));
    return answer;
  } catch (error) {
    if (kept) return kept;
    throw error;
  }
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin || /^\/(admin|api)\//.test(url.pathname)) return;
  if (/^\/(static|media)\//.test(url.pathname)) event.respondWith(file(request, event));
  else if (request.mode === "navigate") {
    const isCatalogue = /^\/($|(products|categories|collections|pages|search)\/)/.test(url.pathname.slice(rootOf(url.pathname).length));
    event.respondWith(isCatalogue ? page(request, event) : offlineOr(request));
  }
});

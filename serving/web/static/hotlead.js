// Hotlead's one script. Pages work without it; it makes them answer at once and stay live.
//
//   data-swap="id …"      on a form: it is sent in the background; these elements, or all "live" ones, are put anew
//   data-live="name …"    on an element with an id: it is read again when the service tells of one of these
//   data-each             on a list with an id in such a part: items that were not there before slide in
//   data-announce="text"  on such an item: said to screen readers when it arrives
//   data-count="number"   on an element: it stands before the page's title
//   data-auto             on a form: it is sent as soon as a field changes
//   data-dialog           on a link: #act of its page opens in a dialog, which data-close closes
//   data-keys             on a row: arrows, j and k move between rows
//   data-key="k"          on a link or button: this key presses it while a row, or something in it, has the focus
//   data-again="seconds"  on an element with an id: it is read again after so long, from data-from or this page
//   data-copy="id"        on a button: what stands in the field of this id is copied
//   data-leaves="seconds" on an element: it goes after so long

const parse = html => new DOMParser().parseFromString(html, "text/html");
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const byId = id => document.getElementById(id);
const here = () => location.pathname + location.search;
const live = () => all("[data-live][id]");
const dialog = byId("dialog");
const late = new Set();

// Parts of a fresh page take the place of stale ones.

const isBusy = part => part.querySelector("details.menu[open]") || (part.contains(document.activeElement)
  && document.activeElement.matches("input:not([type=hidden]), select, textarea"));

function findFocus(part) {
  const focused = document.activeElement;
  if (!part.contains(focused)) return () => {};
  const row = focused.closest("[data-keys]"), next = row?.nextElementSibling || row?.previousElementSibling;
  const key = focused.dataset.key, own = focused.id, href = focused.getAttribute("href");
  return () => {
    const place = (row?.id && byId(row.id)) || (next?.id && byId(next.id)) || part;
    const same = (own && byId(own)) || (key && place.querySelector(`[data-key="${CSS.escape(key)}"]`))
      || (href && place.querySelector(`[href="${CSS.escape(href)}"]`));
    (same || place).focus({ preventScroll: true });
  };
}

function put(stale, fresh, force) {
  if (!force && isBusy(stale)) { late.add(stale.id); return; }
  const list = stale.querySelector("[data-each]"), others = list && fresh.querySelector("[data-each]");
  const known = new Set(others ? [...list.children].map(item => item.id) : []);
  const focus = findFocus(stale);
  fresh = document.adoptNode(fresh);
  stale.replaceWith(fresh);
  if (others) for (const item of others.children) {
    if (!item.id || known.has(item.id)) continue;
    item.classList.add("arrived");
    if (item.dataset.announce && byId("news")) byId("news").textContent = item.dataset.announce;
  }
  focus();
  enliven(fresh);
}

export function swap(page, ids, force = true) {
  for (const id of ids.flatMap(id => id === "live" ? live().map(each => each.id) : [id])) {
    const stale = byId(id), fresh = page.getElementById(id);
    if (stale && fresh) put(stale, fresh, force);
    else if (stale) stale.remove();
  }
  count();
}

function count() {
  const number = document.querySelector("[data-count]")?.dataset.count;
  if (number !== undefined) document.title = (number > 0 ? `(${number}) ` : "") + document.title.replace(/^\(\d+\) /, "");
}

function enliven(root) {
  for (const each of [root, ...all("[data-leaves], [data-again]", root)]) {
    if (each.dataset?.leaves) setTimeout(() => each.remove(), each.dataset.leaves * 1000);
    if (each.dataset?.again) setTimeout(askAgain, each.dataset.again * 1000, each.id);
  }
}

async function ask(url, options = {}) {
  const response = await fetch(url, { ...options, headers: { "x-hotlead-part": "1", ...options.headers } });
  return { page: parse(await response.text()), response };
}

async function send(form, submitter) {
  const told = new FormData(form, submitter), isGet = (submitter?.formMethod || form.method).toLowerCase() === "get";
  const address = new URL(submitter?.getAttribute("formaction") || form.getAttribute("action") || here(), location.href);
  if (told.has("next")) told.set("next", here());
  if (isGet) address.search = new URLSearchParams(told);
  const body = form.enctype === "multipart/form-data" ? told : new URLSearchParams(told);
  const waiting = submitter?.closest("[data-keys]") || form;
  waiting.setAttribute("aria-busy", "true");
  try {
    const { page, response } = await ask(address, isGet ? {} : { method: "POST", body });
    if (!response.ok && dialog?.contains(form) && page.getElementById("act")) { fill(page); return; }
    if (dialog?.open) dialog.close();
    swap(page, response.ok ? form.dataset.swap.split(" ") : ["messages"]);
    if (isGet && response.ok) history.replaceState(null, "", address);
  } catch { isGet ? location.assign(address) : location.reload(); } finally { waiting.removeAttribute("aria-busy"); }
}

document.addEventListener("submit", event => {
  if (!event.target.dataset.swap) return;
  event.preventDefault();
  send(event.target, event.submitter);
});

document.addEventListener("change", event => {
  const form = event.target.form;
  if (form && "auto" in form.dataset) form.requestSubmit();
});

function fill(page) {
  dialog.replaceChildren(document.adoptNode(page.getElementById("act")));
  dialog.setAttribute("aria-label", dialog.querySelector("h1")?.textContent || "");
  if (!dialog.open) dialog.showModal();
  dialog.querySelector("[autofocus], [role=alert] ~ * input, textarea, button")?.focus();
}

document.addEventListener("click", event => {
  const copied = byId(event.target.closest("[data-copy]")?.dataset.copy);
  if (copied) { copied.select(); navigator.clipboard?.writeText(copied.value); }
});

document.addEventListener("click", async event => {
  if (event.target === dialog || event.target.closest("#dialog [data-close]")) { event.preventDefault(); dialog.close(); return; }
  const link = event.target.closest("a[data-dialog]");
  for (const menu of all("details.menu[open]")) if (!menu.contains(event.target) || link) menu.open = false;
  if (!link || !dialog || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  try {
    const { page } = await ask(link.href);
    if (page.getElementById("act")) fill(page); else swap(page, ["messages"]);
  } catch { location.assign(link.href); }
});

function move(row, step) {
  const rows = all("[data-keys]"), next = rows[rows.indexOf(row) + step];
  if (next) { next.focus(); next.scrollIntoView({ block: "nearest" }); }
}

document.addEventListener("keydown", event => {
  const open = document.querySelector("details.menu[open]");
  if (event.key === "Escape" && open) { open.open = false; open.querySelector("summary").focus(); return; }
  const row = event.target.closest?.("[data-keys]"), step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
  if (!row || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea")) return;
  const menu = event.target.closest("details.menu[open]");
  const pressed = event.key === "Enter" && event.target === row ? row.querySelector('[data-key="o"]')
    : [...all("[data-key]", row), ...all("[data-key]")].find(each => each.dataset.key === event.key);
  if (!step && !pressed) return;
  event.preventDefault();
  if (!step) {
    pressed.click();
    if (pressed.matches("summary")) pressed.parentElement.querySelector("div :is(a, button)")?.focus();
  }
  else if (menu && event.key.startsWith("Arrow")) {
    const items = all("summary, a, button", menu);
    items[(items.indexOf(event.target) + step + items.length) % items.length].focus();
  } else move(row, step);
});

// The service tells that something has changed; what that is, is read again.

let source = null, timer = null, patience = 1, rest = 250, isOver = false;
const waiting = new Set();

function refresh(names) {
  for (const name of names) waiting.add(name);
  timer ??= setTimeout(read, rest);
}

async function read() {
  const parts = live().filter(each => late.has(each.id) || each.dataset.live.split(" ").some(name => waiting.has(name)));
  const began = performance.now(), asked = here();
  waiting.clear(); late.clear();
  try {
    const { page, response } = parts.length ? await ask(asked) : {};
    // Whoever chose other filters meanwhile is not shown those of before.
    if (asked !== here()) for (const each of parts) waiting.add(each.dataset.live.split(" ")[0]);
    else if (response?.ok) swap(page, parts.map(each => each.id), false);
    else if (response?.status === 401) { source?.close(); isOver = true; swap(page, ["messages"]); }
  } catch { late.clear(); }
  // A page that takes long to read is read less often.
  rest = Math.min(Math.max(250, 8 * (performance.now() - began)), 30000);
  timer = null;
  if (waiting.size) refresh([]);
}

async function askAgain(id) {
  const address = byId(id)?.dataset.from || location.href;
  try { swap((await ask(address)).page, [id]); } catch { setTimeout(askAgain, 5000, id); }
}

function listen() {
  const names = new Set(live().flatMap(each => each.dataset.live.split(" ")));
  if (!names.size || source || document.hidden || isOver) return;
  const since = byId("acts")?.dataset.since || "";
  source = new EventSource("/live?" + new URLSearchParams([["since", since], ...[...names].map(name => ["of", name])]));
  source.addEventListener("open", () => { if (patience > 1) refresh(names); patience = 1; });
  source.addEventListener("news", event => refresh(event.data.split(" ")));
  source.addEventListener("error", () => {
    patience = Math.min(2 * patience, 60);
    if (source?.readyState === EventSource.CLOSED) { source = null; setTimeout(listen, 1000 * patience); }
  });
}

// Browsers keep few connections to a host: a page that nobody sees leaves its own to others.
function look() {
  if (document.hidden) { source?.close(); source = null; } else if (!source) { patience = 2; listen(); }
}

document.addEventListener("visibilitychange", look);
document.addEventListener("toggle", () => { if (late.size) refresh([]); }, true);
document.addEventListener("focusout", () => { if (late.size) refresh([]); });
addEventListener("pagehide", () => { source?.close(); source = null; });
addEventListener("pageshow", event => { if (event.persisted) look(); });

enliven(document.body);
count();
listen();

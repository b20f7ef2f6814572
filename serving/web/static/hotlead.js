// Hotlead's one script. Pages work without it; it makes them answer at once and stay live.
//
//   data-swap="id …"      on a form or link: it is sent in the background, and these elements take the answer's place
//   data-live="name …"    on an element with an id: it is asked for again when the service tells of one of these
//   data-auto             on a form: it is sent as soon as one of its fields changes
//   data-key="k"          on a link or button: this key presses it
//   data-leaves="seconds" on an element: it goes after so long

const parse = html => new DOMParser().parseFromString(html, "text/html");

export function swap(page, ids) {
  for (const id of ids) {
    const fresh = page.getElementById(id), stale = document.getElementById(id);
    if (!stale) continue;
    if (!fresh) { stale.remove(); continue; }
    const focused = document.activeElement?.id;
    stale.replaceWith(document.adoptNode(fresh));
    enliven(fresh);
    if (focused && fresh.contains(document.getElementById(focused))) document.getElementById(focused).focus();
  }
  for (const fresh of page.querySelectorAll("[data-arrives]")) {
    const place = document.getElementById(fresh.dataset.arrives);
    if (place && !document.getElementById(fresh.id)) { place.prepend(document.adoptNode(fresh)); enliven(fresh); }
  }
}

async function ask(url, options = {}) {
  const response = await fetch(url, { ...options, headers: { "x-hotlead-part": "1", ...options.headers } });
  return { page: parse(await response.text()), response };
}

async function send(form, submitter) {
  const told = new FormData(form, submitter), ids = form.dataset.swap.split(" ");
  const method = (submitter?.formMethod || form.method).toLowerCase();
  form.setAttribute("aria-busy", "true");
  try {
    const address = new URL(submitter?.getAttribute("formaction") || form.action, location.href);
    if (method === "get") address.search = new URLSearchParams(told);
    const body = form.enctype === "multipart/form-data" ? told : new URLSearchParams(told);
    const { page, response } = await ask(address, method === "get" ? {} : { method: "POST", body });
    swap(page, response.ok ? ids : [...ids, "messages"]);
    if (method === "get") history.replaceState(null, "", address);
  } catch { form.submit(); } finally { form.removeAttribute("aria-busy"); }
}

document.addEventListener("submit", event => {
  const form = event.target;
  if (!form.dataset.swap) return;
  event.preventDefault();
  send(form, event.submitter);
});

document.addEventListener("change", event => {
  const form = event.target.form;
  if (form && "auto" in form.dataset) form.requestSubmit();
});

document.addEventListener("keydown", event => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea")) return;
  const within = document.activeElement?.closest("[data-keys]") || document;
  const pressed = [...within.querySelectorAll("[data-key]"), ...document.querySelectorAll("[data-key]")]
    .find(each => each.dataset.key === event.key);
  if (pressed) { event.preventDefault(); pressed.click(); }
});

function enliven(root) {
  for (const each of [root, ...root.querySelectorAll("[data-leaves]")]) {
    if (each.dataset?.leaves) setTimeout(() => each.remove(), each.dataset.leaves * 1000);
  }
}

function listen() {
  const live = () => [...document.querySelectorAll("[data-live][id]")];
  if (!live().length) return;
  const source = new EventSource("/live");
  let waiting = new Set(), timer = null;
  source.addEventListener("news", event => {
    for (const name of event.data.split(" ")) waiting.add(name);
    timer ??= setTimeout(async () => {
      const names = waiting; waiting = new Set(); timer = null;
      const ids = live().filter(each => each.dataset.live.split(" ").some(name => names.has(name))).map(each => each.id);
      if (ids.length) swap((await ask(location.href)).page, ids);
    }, 250);
  });
}

enliven(document.body);
listen();

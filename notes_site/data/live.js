// A page of the preview: told what changed, it takes in what differs and keeps its place.
// The same file is the worker that all open pages share: browsers allow six connections to a host, not six tabs.
(() => {
  "use strict";

  // -- the connection ---------------------------------------------------------------------------------------------

  function connect(url, told) {
    const source = new EventSource(url);
    source.onopen = () => told({ connected: true });
    source.onmessage = (event) => told(JSON.parse(event.data));
    source.onerror = () => {
      told({ connected: false });
      if (source.readyState === EventSource.CLOSED) setTimeout(connect, 1000, url, told); // otherwise it retries itself
    };
  }

  if (typeof SharedWorkerGlobalScope !== "undefined" && self instanceof SharedWorkerGlobalScope) {
    const ports = new Set();
    let last = null;
    connect("events", (message) => {
      if (message.version) last = message;
      for (const port of ports) port.postMessage(message);
    });
    self.onconnect = ({ ports: [port] }) => {
      ports.add(port);
      port.onmessage = () => ports.delete(port); // all it ever says is that the page is closed
      if (last) port.postMessage(last);
    };
    return;
  }

  const script = document.currentScript;
  const base = script.dataset.base;
  const missing = script.dataset.missing || ""; // "404" and "503": the page that stands for one that is not there
  let version = script.dataset.live;

  function listen() {
    const events = base + "_live/events";
    if (typeof SharedWorker === "undefined") return connect(events, told);
    const worker = new SharedWorker(script.src, { name: events });
    worker.onerror = () => connect(events, told);
    worker.port.onmessage = ({ data }) => told(data);
    addEventListener("pagehide", () => worker.port.postMessage("bye"));
    addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  }

  // -- what is told -----------------------------------------------------------------------------------------------

  const below = (address) => { // "/a/" of "http://localhost:8000/notes/a/#b" under "/notes/"; null elsewhere
    const { origin, pathname } = new URL(address, location.href);
    if (origin !== location.origin || !pathname.startsWith(base)) return null;
    try {
      return "/" + decodeURIComponent(pathname.slice(base.length)).replace(/(^|\/)index\.html$/, "$1");
    } catch {
      return null;
    }
  };
  const address = (url) => base + encodeURI(url.slice(1)).replace(/[?#]/g, encodeURIComponent);
  const page = below(location.href);
  let additions = []; // pages that are new, the newest first: one of them may be this one after a move
  let isGone = false;
  let isLeaving = false;
  const go = (to) => { if (!isLeaving) location.replace(to); isLeaving = true; };

  function told(message) {
    if (message.version === undefined) return panel.connection(message.connected);
    const [session, number] = message.version.split("-");
    const [mySession, myNumber] = version.split("-");
    if (session === mySession && Number(number) < Number(myNumber)) return;
    panel.connection(true);
    panel.problems(message);
    if (isLeaving) return;
    if (message.base !== base) return go(message.base + location.pathname.slice(base.length));
    if (message.version === version) return;
    const unsure = message.previous !== version || message.changed === null;
    version = message.version;
    additions = [...message.added, ...additions].slice(0, 20);
    if (message.follow && message.follow !== page) {
      isLeaving = true;
      return location.assign(address(message.follow));
    }
    const changed = new Set(message.changed || []);
    if (unsure || changed.has(page) || (missing && changed.has("/404.html"))) refresh();
    else if (message.removed.includes(page) || (isGone && message.added.length)) gone();
    files(unsure ? null : changed);
  }

  let refreshing = false;
  let again = false;
  async function refresh() {
    again = true;
    if (refreshing) return;
    refreshing = true;
    while (again) {
      again = false;
      try {
        await take();
      } catch (error) { // the connection is lost, and tells when it is back
        if (!(error instanceof TypeError)) throw error;
      }
    }
    refreshing = false;
  }

  async function take() {
    const response = await fetch(location.pathname + location.search, { cache: "no-cache" });
    const status = response.ok ? "" : String(response.status);
    if (status === "503") return;
    if (status !== missing) return status === "404" ? gone() : location.reload();
    if (response.redirected) return go(response.url);
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
    forget(fresh);
    if (runs(fresh) !== runs(known) || fresh.querySelector('meta[http-equiv="refresh" i]')) return location.reload();
    if (isGone) panel.gone(isGone = false);
    keepingPlace(() => patch(known.documentElement, fresh.documentElement));
    document.dispatchEvent(new CustomEvent("notes-site:changed"));
  }

  const runs = (of) => [...of.scripts].filter((s) => !s.type || /module|javascript/.test(s.type)).map((s) => s.outerHTML).join("\n");
  const forget = (of) => { const ours = of.querySelector("script[data-live]"); if (ours) ours.remove(); };

  // Files that keep their name when they change: stylesheets and pictures are asked for again, scripts begin anew.
  function files(changed) {
    const stale = (link) => link && below(link) !== null && (changed === null || changed.has(below(link)));
    const fresh = (link) => Object.assign(new URL(link), { search: "live=" + version }).href;
    if (changed && [...known.scripts].some((s) => s.src && stale(new URL(s.getAttribute("src"), location.href).href))) return location.reload();
    for (const sent of known.querySelectorAll('link[rel~="stylesheet"]')) {
      const shown = twins.get(sent);
      if (!shown || !shown.isConnected || !stale(shown.href)) continue;
      const next = shown.cloneNode();
      next.href = fresh(shown.href);
      shown.after(next);
      twins.set(sent, next);
      leaving([shown], [next]);
    }
    for (const image of document.images) if (changed && stale(image.src)) image.src = fresh(image.src);
  }

  // The page is no more. A note that moved has the same heading somewhere else.
  async function gone() {
    isGone = true;
    const heading = (of) => of.querySelector("h1")?.textContent.trim();
    const step = (url) => url && url.replace(/\/$/, "").split("/").pop();
    const candidates = additions.filter((url) => url !== page).sort((a, b) => (step(b) === step(page)) - (step(a) === step(page)));
    for (const url of candidates.slice(0, 8)) {
      const response = await fetch(address(url), { cache: "no-cache" }).catch(() => null);
      if (!response || !response.ok || !isGone) continue;
      const other = new DOMParser().parseFromString(await response.text(), "text/html");
      if (heading(known) && heading(known) === heading(other)) return go(address(url) + location.hash);
    }
    panel.gone(isGone);
  }

  // -- taking in what differs ---------------------------------------------------------------------------------------

  // `known` is the page as it was sent; `twins` leads from its nodes to those on the screen. Scripts and the reader change
  // the screen (a copy button, an open fold): only what the author changed, from `known` to the next, is done there too.
  const twins = new WeakMap();
  function pair(sent, shown) {
    twins.set(sent, shown);
    for (let a = sent.firstChild, b = shown.firstChild; a && b; a = a.nextSibling, b = b.nextSibling) pair(a, b);
    return shown;
  }
  const known = document.cloneNode(true);
  pair(known, document);
  forget(known);

  const XHTML = "http://www.w3.org/1999/xhtml";
  const WHOLE = new Set(["SCRIPT", "LINK", "META", "STYLE", "IFRAME", "OBJECT", "VIDEO", "AUDIO", "TEMPLATE", "SELECT"]);
  const whole = (node) => node.nodeType === 1 && (node.namespaceURI !== XHTML || WHOLE.has(node.nodeName));
  const isSheet = (node) => node.nodeName === "LINK" && /\bstylesheet\b/.test(node.rel);
  const isBlank = (node) => node.nodeType === 3 && !node.data.trim();
  const key = (node) => (node.nodeType === 1 ? node.outerHTML : node.nodeType + (node.data ?? ""));
  let oldSheets = [];
  let newSheets = [];

  function leaving(old, fresh) { // no page without its style: the old sheet goes when the new one is there
    const loaded = fresh.map((sheet) => new Promise((done) => { sheet.onload = sheet.onerror = done; setTimeout(done, 5000); }));
    Promise.all(loaded).then(() => old.forEach((sheet) => sheet.remove()));
  }

  function put(parent, node, next) { // a node of `known`, with its twin, before `next`
    parent.insertBefore(node, next);
    const at = twins.get(parent);
    while (next && twins.get(next)?.parentNode !== at) next = next.nextSibling;
    if (at) at.insertBefore(twins.get(node), next && twins.get(next));
  }

  function add(parent, node, next) {
    const shown = pair(node, document.importNode(node, true));
    put(parent, node, next);
    if (isSheet(shown)) newSheets.push(shown);
  }

  function drop(node) {
    const shown = twins.get(node);
    node.remove();
    if (shown && isSheet(shown)) oldSheets.push(shown);
    else if (shown) shown.remove();
  }

  function patch(old, fresh) {
    if (old.nodeName === "NOSCRIPT" || old.isEqualNode(fresh)) return;
    const shown = twins.get(old);
    if (whole(old)) {
      add(old.parentNode, fresh, old);
      return drop(old);
    }
    if (old.nodeType !== 1) {
      old.data = fresh.data;
      if (shown) shown.data = fresh.data;
      return;
    }
    const isRoot = old.nodeName === "HTML"; // scripts write the theme there before we come
    for (const { name } of [...old.attributes]) {
      if (!fresh.hasAttribute(name) && !isRoot) for (const node of [old, shown]) node?.removeAttribute(name);
    }
    for (const { name, value } of fresh.attributes) {
      if (old.getAttribute(name) !== value && !(isRoot && name === "class")) for (const node of [old, shown]) node?.setAttribute(name, value);
    }
    children(old, fresh);
  }

  function children(old, fresh) {
    const before = [...old.childNodes];
    const after = [...fresh.childNodes];
    while (before.length && after.length && before[0].isEqualNode(after[0])) before.shift(), after.shift();
    let next = null;
    while (before.length && after.length && before.at(-1).isEqualNode(after.at(-1))) next = before.pop(), after.pop();
    // Which old child each new one is: one that is equal, or has its id, or is of its kind between the same neighbours.
    const matches = new Map();
    const free = new Map(before.map((node, i) => [node, i]));
    const match = (node, found) => { matches.set(node, [found, free.get(found)]); free.delete(found); };
    const equals = new Map();
    for (const node of before) if (!isBlank(node)) equals.set(key(node), [...(equals.get(key(node)) || []), node]);
    for (const node of after) if (equals.get(key(node))?.length) match(node, equals.get(key(node)).shift());
    for (const node of after) {
      const found = !matches.has(node) && node.id && [...free.keys()].find((other) => other.id === node.id && other.nodeName === node.nodeName);
      if (found) match(node, found);
    }
    let low = -1;
    after.forEach((node, i) => {
      if (!matches.has(node)) {
        const high = after.slice(i).map((later) => matches.get(later)?.[1]).find((place) => place > low) ?? Infinity;
        const found = [...free].find(([other, place]) => place > low && place < high && other.nodeName === node.nodeName && (!node.id || !other.id));
        if (found) match(node, found[0]);
      }
      low = Math.max(low, matches.get(node)?.[1] ?? -1);
    });
    for (const node of free.keys()) drop(node);
    for (const node of after.reverse()) {
      const found = matches.get(node)?.[0];
      if (!found) add(old, node, next);
      else if (found.nextSibling !== next) put(old, found, next);
      next = found || node;
      if (found && !found.isEqualNode(node)) {
        const replaced = whole(found);
        patch(found, node);
        if (replaced) next = node;
      }
    }
  }

  function keepingPlace(change) {
    const focused = document.activeElement;
    // Browsers hold the text in view where it is when what is above it grows; Safari must be helped.
    const anchored = CSS.supports("overflow-anchor: auto");
    const anchor = anchored ? null : document.elementsFromPoint(innerWidth / 2, innerHeight / 3).find((found) => found.closest("main"));
    const top = anchor && anchor.getBoundingClientRect().top;
    oldSheets = [];
    newSheets = [];
    change();
    leaving(oldSheets, newSheets);
    if (anchor && anchor.isConnected) scrollBy({ top: anchor.getBoundingClientRect().top - top, behavior: "instant" });
    if (focused && !focused.isConnected && focused.id) document.getElementById(focused.id)?.focus({ preventScroll: true });
  }

  // -- the panel ----------------------------------------------------------------------------------------------------

  const STYLE = `
    :host { all: initial; color-scheme: inherit; position: fixed; inset: auto 0 0 auto; z-index: 2147483647; display: block; max-width: 100%; }
    @media print { :host { display: none; } }
    * { box-sizing: border-box; margin: 0; }
    .badge, .panel {
      --p: var(--paper, light-dark(#fdfcf9, #17191b)); --t: var(--tint, light-dark(#f5f3ed, #1f2225)); --i: var(--ink, light-dark(#1d1c1a, #e6e3dc));
      --s: var(--soft, light-dark(#54504a, #b8b3a9)); --r: var(--rule, light-dark(#dcd8ce, #383b3e)); --e: var(--edge, light-dark(#857f75, #807d77));
      --bad: var(--danger, light-dark(#8f1d1d, #f4aaa4)); --odd: var(--warning, light-dark(#6b4000, #e8c37e)); --l: var(--link, light-dark(#174a7c, #a5c8ef));
      font: 400 14px/1.45 var(--sans, system-ui, sans-serif); color: var(--i); background: var(--p); border: 1px solid var(--e);
      box-shadow: 0 2px 14px rgb(0 0 0 / 0.16); text-align: start;
    }
    [hidden] { display: none !important; }
    button { font: inherit; color: inherit; background: none; border: 0; cursor: pointer; }
    :focus-visible { outline: 2px solid var(--l); outline-offset: 2px; }
    .badge { display: flex; align-items: center; gap: 8px; float: right; margin: 0 12px 12px; padding: 6px 12px; border-radius: 3px; }
    .badge::before, h2::before { content: ""; flex: none; width: 8px; height: 8px; border-radius: 50%; background: var(--s); }
    .error.badge::before, .error h2::before { background: var(--bad); }
    .warning.badge::before, .warning h2::before { background: var(--odd); }
    .panel { display: flex; flex-direction: column; width: min(680px, 100vw - 24px); max-height: min(46vh, 460px); margin: 0 12px 12px; border-radius: 3px; }
    header { display: flex; align-items: center; gap: 8px; padding: 6px 6px 6px 16px; border-bottom: 1px solid var(--r); }
    h2 { display: flex; align-items: center; gap: 8px; flex: 1; font-size: 14px; font-weight: 600; line-height: 1.45; }
    header button { display: flex; align-items: center; gap: 8px; padding: 5px 10px; color: var(--s); }
    header button:hover { color: var(--i); }
    kbd { padding: 0 5px; border: 1px solid var(--r); border-radius: 3px; font: 12px/1.5 var(--mono, monospace); }
    .list { overflow-y: auto; overscroll-behavior: contain; padding: 0 16px 4px; }
    ol { padding: 0; list-style: none; }
    li { padding: 12px 0; }
    li + li { border-top: 1px solid var(--r); }
    .place { display: flex; flex-wrap: wrap; gap: 0 10px; font: 12.5px/1.5 var(--mono, monospace); color: var(--s); overflow-wrap: anywhere; }
    .code { font-weight: 700; color: var(--odd); }
    .is-error .code { color: var(--bad); }
    .message { margin-top: 2px; overflow-wrap: anywhere; }
    .hint { margin-top: 5px; color: var(--s); overflow-wrap: anywhere; }
    pre { position: relative; margin-top: 6px; padding: 7px 10px; overflow-x: auto; scrollbar-width: thin; background: var(--t); font: 12.5px/1.45 var(--mono, monospace); tab-size: 4; }
    pre b { font-weight: 700; color: var(--odd); }
    .is-error pre b { color: var(--bad); }
    summary { padding: 10px 0; cursor: pointer; color: var(--s); }
    ol + details { border-top: 1px solid var(--r); }
    .gone { padding: 12px 0; }
    a { color: var(--l); text-underline-offset: 0.2em; }
    .said { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
    @media (max-width: 480px) { :host { left: 0; } .panel { width: auto; margin: 0; border-width: 1px 0 0; border-radius: 0; } kbd { display: none; } }
  `;
  const MARKUP = `
    <style>${STYLE}</style>
    <div class="said" role="status"></div>
    <button class="badge" type="button" aria-expanded="false" hidden></button>
    <section class="panel" aria-label="Problems of this preview" hidden>
      <header><h2></h2><button class="hide" type="button" aria-label="Hide">Hide <kbd>Esc</kbd></button></header>
      <div class="list" tabindex="0"></div>
    </section>`;

  const element = (name, className, ...content) => {
    const made = document.createElement(name);
    if (className) made.className = className;
    made.append(...content.filter((part) => part !== ""));
    return made;
  };
  const count = (number, word) => (number ? `${number} ${word}${number === 1 ? "" : "s"}` : "");

  const SHOWN = 50; // problems in the list
  const own = ({ url }) => url === page;

  class Panel {
    constructor() {
      this.state = { problems: [], errors: 0, warnings: 0 };
      this.connected = true;
      this.isGone = false;
      this.open = false;
      this.hidden = ""; // the errors that the reader has seen and put away
      this.host = document.createElement("notes-site-live");
      this.root = this.host.attachShadow({ mode: "open" });
      this.root.innerHTML = MARKUP;
      this.find = (selector) => this.root.querySelector(selector);
      this.find(".badge").addEventListener("click", () => this.show(true));
      this.find(".hide").addEventListener("click", () => this.show(false));
      addEventListener("keydown", (event) => { if (event.key === "Escape" && this.open && !event.defaultPrevented) this.show(false); });
    }

    connection(connected) {
      if (this.connected === connected) return;
      this.connected = connected;
      this.draw();
    }

    gone(isGone) {
      this.isGone = isGone;
      this.open = isGone || (this.open && this.state.errors > 0);
      this.draw();
    }

    problems(state) {
      const errors = JSON.stringify(state.problems.filter((problem) => problem.severity === "error").map((p) => `${p.place} ${p.message}`).sort());
      const isNew = state.errors > 0 && errors !== this.hidden;
      this.open = this.isGone || isNew || (this.open && state.warnings > 0 && this.state.errors === 0);
      if (!state.errors) this.hidden = "";
      if (JSON.stringify(state.problems) === JSON.stringify(this.state.problems) && !isNew) return;
      this.state = state;
      this.errors = errors;
      this.draw();
    }

    show(open) {
      const inside = this.root.activeElement;
      this.open = open;
      if (!open) {
        this.hidden = this.errors || "";
        this.isGone = false;
      }
      this.draw();
      if (open || inside) this.find(open ? ".list" : ".badge").focus({ preventScroll: true });
    }

    draw() {
      const { errors, warnings, problems } = this.state;
      const found = [count(errors, "error"), count(warnings, "warning")].filter(Boolean).join(", ");
      const title = this.isGone ? "This page is gone" : found || "";
      const said = this.connected ? title : "The preview has stopped";
      const badge = this.find(".badge");
      const panel = this.find(".panel");
      if (said && !this.host.isConnected) document.documentElement.append(this.host);
      panel.hidden = !(this.open && title);
      badge.hidden = !panel.hidden || !said;
      const grade = errors || this.isGone ? "error" : "warning";
      panel.className = `panel ${grade}`;
      badge.className = `badge ${this.connected ? grade : ""}`;
      badge.textContent = said;
      badge.disabled = !title;
      this.find("h2").textContent = this.connected ? title : `${title}; the preview has stopped`;
      if (this.find(".said").textContent !== said) this.find(".said").textContent = said;
      const list = this.find(".list");
      const opened = list.querySelector("details")?.open;
      // those of this page, then the newest; errors before warnings
      const wanted = [...problems.filter(own), ...problems.filter((problem) => !own(problem))];
      const graded = (severity) => wanted.filter((problem) => problem.severity === severity);
      const kept = new Set([...graded("error"), ...graded("warning")].slice(0, SHOWN));
      const items = (severity) => graded(severity).filter((problem) => kept.has(problem)).map(item);
      list.replaceChildren();
      if (this.isGone) list.append(element("p", "gone", "The note was renamed or removed. ", Object.assign(element("a", "", "Go to the first page"), { href: base })));
      if (errors) list.append(element("ol", "", ...items("error")));
      const odd = element("ol", "", ...items("warning"));
      if (warnings && errors) {
        const fold = element("details", "", element("summary", "", count(warnings, "warning")), odd);
        fold.open = opened ?? false;
        list.append(fold);
      } else if (warnings) list.append(odd);
      const more = errors + warnings - kept.size;
      if (more > 0) list.append(element("p", "gone", `… and ${more} more; the terminal shows them`));
      for (const caret of list.querySelectorAll("pre b")) { // in view, also in a long line
        const pre = caret.parentNode;
        if (caret.offsetLeft + caret.offsetWidth > pre.clientWidth - 10) pre.scrollLeft = caret.offsetLeft - pre.clientWidth / 2;
      }
    }
  }

  function item({ code, severity, place, message, hint, excerpt }) {
    const made = element("li", `is-${severity}`);
    made.append(element("p", "place", element("span", "code", code), element("span", "", place)));
    made.append(element("p", "message", message));
    if (excerpt) {
      const [line, carets] = excerpt.split("\n");
      const marked = carets ? ["\n" + carets.replaceAll("^", ""), element("b", "", carets.trim())] : [];
      made.append(element("pre", "", line, ...marked));
    }
    if (hint) made.append(element("p", "hint", hint));
    return made;
  }

  const panel = new Panel();
  listen();
})();

// What the pages can do beyond being read. Everything is there without it, and nothing that it keeps is sent anywhere.
// beside.js (previews, copying), tools.js (dialogs) and search.js are loaded when they are first used.
(() => {
  "use strict";
  const root = document.documentElement;
  const one = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const on = (name, todo) => document.addEventListener(name, todo);
  const anchor = (hash) => { try { return decodeURIComponent(hash.slice(1)); } catch { return ""; } };
  const path = (url) => new URL(url, location.href).pathname;
  const make = (name, properties, ...content) => {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...content);
    return made;
  };

  // What the page says of itself: its words, the files that are loaded later, and its `note` if it is one.
  let page = {};
  const read = () => {
    const { words = {}, files = {}, note } = JSON.parse(one("#_page")?.textContent || "{}");
    for (const name in files) files[name] &&= new URL(files[name], location.href).href;
    page = { words, files, note, kept, forget };
  };
  const use = (file, todo) => page.files[file] ? import(page.files[file]).then(todo) : false;

  const kept = {
    get(key) { try { return localStorage.getItem(key); } catch { return null; } },
    set(key, value) {
      try {
        if (value) localStorage.setItem(key, value);
        else localStorage.removeItem(key);
      } catch { /* switched off, or full */ }
    },
  };

  const status = make("p", { className: "said", role: "status" });
  document.body.append(status);

  // -- light or dark: a choice equal to the system's is forgotten

  const system = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);
  const press = (selector, state) => all(selector).forEach((button) => button.setAttribute("aria-pressed", state));
  const dress = (theme) => {
    if (theme) root.dataset.theme = theme;
    else delete root.dataset.theme;
    press(".theme-switch", isDark());
  };
  const switchTheme = () => {
    const dark = !isDark();
    dress(dark === system.matches ? "" : dark ? "dark" : "light");
    kept.set("theme", root.dataset.theme);
  };
  system.addEventListener("change", () => dress(root.dataset.theme));
  addEventListener("storage", (event) => event.key === "theme" && dress(event.newValue));

  // -- folds

  // The browser's search looks into hidden proofs, and shows the one that has the words; a quiet line opens each.
  const uncover = (proof) => {
    proof.hidden = false;
    if (proof.previousElementSibling?.matches(".unfold")) proof.previousElementSibling.remove();
  };
  const hide = () => {
    const alone = root.classList.contains("statements");
    press(".statements-switch", alone);
    for (const proof of all(".note :is(.proof, .solution):not(.shown)")) {
      uncover(proof);
      if (!alone) continue;
      proof.hidden = "until-found";
      const said = (one(".head, summary", proof) || proof).textContent.replace(/[.:]?\s*$/, " ▸");
      proof.before(make("button", { type: "button", className: "unfold" }, said));
    }
  };
  const show = (fold) => {
    uncover(fold);
    fold.open = true;
    fold.classList.add("shown");
  };
  const unfold = ({ nextElementSibling: proof }) => {
    show(proof);
    proof.tabIndex = -1;
    proof.focus({ preventScroll: true });
  };
  const switchStatements = () => {
    kept.set("statements", root.classList.toggle("statements") && "1");
    hide();
  };
  on("beforematch", (event) => show(event.target));

  // What a link leads to is seen, also in what is folded or hidden.
  const reveal = () => {
    const target = document.getElementById(anchor(location.hash));
    let hidden;
    for (let fold; (fold = target?.closest("details:not([open]), [hidden]")); hidden = fold) show(fold);
    if (hidden) target.scrollIntoView();
  };

  // -- the section being read: marked in the table of contents, and named by the bar that this is in a narrow window

  let section = "", observer;
  const narrow = matchMedia("(width<75rem)");
  const closeContents = () => {
    const fold = narrow.matches && one(".toc [open]");
    if (fold) fold.open = false;
    return fold;
  };
  const headings = () => all(".note .body :is(h2, h3)[id]");
  const follow = () => {
    const links = new Map(all(".toc a").map((link) => [anchor(link.hash), link])), found = headings();
    observer?.disconnect();
    observer = new IntersectionObserver(() => {
      section = found.findLast((heading) => heading.getBoundingClientRect().top < innerHeight * 0.3)?.id || "";
      for (const [id, link] of links) {
        if (id === section) link.setAttribute("aria-current", "true");
        else link.removeAttribute("aria-current");
      }
      const named = one(".toc summary > span");
      if (named) named.innerHTML = section && ` · ${links.get(section)?.innerHTML || ""}`;
    }, { rootMargin: "99999px 0px -70% 0px" });
    found.forEach((heading) => observer.observe(heading));
  };
  const step = (by) => {
    const edge = parseFloat(getComputedStyle(root).scrollPaddingTop) || 0;
    const top = (heading) => heading.getBoundingClientRect().top - edge - 30; // less than 0 for one that was scrolled to
    const next = by > 0 ? headings().find((heading) => top(heading) > 0)
      : [...all(".note h1"), ...headings()].findLast((heading) => top(heading) < -10);
    if (!next) return;
    next.tabIndex = -1;
    next.focus({ preventScroll: true });
    next.scrollIntoView();
  };

  // -- copying

  const copy = async (text, button) => {
    const { words } = page, before = button.textContent;
    button.textContent = status.textContent = await navigator.clipboard.writeText(text).then(() => words.copied, () => words.not_copied);
    await new Promise((done) => { setTimeout(done, 1600); });
    button.textContent = before;
    status.textContent = "";
  };
  const offer = (math) => math && navigator.clipboard && use("beside.js", (beside) => beside.offer(math, page.words, copy));
  const nextFormula = () => use("beside.js", (beside) => offer(beside.nextFormula()));

  // -- what was read. `notes`, by address: when, how far in percent, and of when the note was; `on`, by the address of a
  // series or of the first page: where to read on, and what that is called.

  const MOST = 500, WHOLE = 90;
  const home = path(one("script[data-home]")?.dataset.home || "/"), key = `read:${home}`;
  const memory = () => {
    try {
      const found = JSON.parse(kept.get(key));
      if (found.v === 1 && found.notes && found.on) return found;
    } catch { /* nothing yet, or not ours */ }
    return { v: 1, notes: {}, on: {} };
  };
  let begun = false;
  addEventListener("scroll", () => { begun = true; }, { once: true, passive: true });

  const remember = () => {
    const { note } = page, body = note && one(".note .body");
    if (!body) return;
    const { top, height } = body.getBoundingClientRect();
    const far = Math.min(100, Math.round((100 * (innerHeight - top)) / (height || 1)));
    if (!begun && far < WHOLE) return; // opened, and no more
    const { notes, on: lines } = memory(), here = location.pathname, next = one('link[rel="next"]');
    notes[here] = { t: Date.now(), p: Math.max(far, notes[here]?.p || 0), m: note.updated };
    const line = far < WHOLE ? [here + (section && `#${section}`), note.title]
      : next && [path(next.href), one(".following .where")?.textContent || ""];
    for (const list of [home, ...(note.series ? [path(note.series)] : [])]) {
      if (line || lines[list]?.[0].startsWith(here)) delete lines[list];
      if (line) lines[list] = line;
    }
    for (const url of Object.keys(notes).sort((a, b) => notes[b].t - notes[a].t).slice(MOST)) delete notes[url];
    for (const list of Object.keys(lines).slice(0, -MOST)) delete lines[list];
    kept.set(key, JSON.stringify({ v: 1, notes, on: lines }));
  };

  // Quiet marks in lists, and the line that says where to read on.
  const recall = () => {
    const { notes, on: lines } = memory(), { words } = page;
    for (const link of all(".entry-title > a, .sidebar a, .chapter-notes a")) {
      const known = notes[link.pathname];
      if (link.dataset.read) link.removeAttribute("title");
      delete link.dataset.read;
      if (!known) continue;
      const mark = link.closest(".entry")?.dataset.updated > (known.m || "") ? "changed" : known.p < WHOLE ? "begun" : "read";
      link.dataset.read = mark;
      link.title = words[`mark_${mark}`];
    }
    const place = one(".continue"), line = lines[location.pathname];
    if (!place || !line) return;
    const entries = [...new Set(all(".collection .entry-title > a").map((link) => link.pathname))];
    const done = entries.filter((url) => notes[url]?.p >= WHOLE).length;
    place.replaceChildren(`${words.read_on} `, make("a", { href: line[0] }, line[1]));
    if (done) place.append(` · ${words.read_of.replace("{done}", done).replace("{all}", entries.length)}`);
  };

  const forget = () => {
    page.note = null;
    kept.set(key);
    root.classList.remove("reading");
    recall();
  };

  // -- keys

  const go = (way) => all(`link[rel="${way}"]`).forEach((link) => location.assign(link.href));
  const help = () => use("tools.js", (tools) => tools.help(page));
  const search = () => use("search.js", (found) => found.open(page));
  const KEYS = new Map([
    ["/", search], ["?", help], ["t", switchTheme], ["c", nextFormula],
    ["j", () => step(1)], ["k", () => step(-1)], ["[", () => go("prev")], ["]", () => go("next")],
  ]);
  on("keydown", (event) => {
    const { target } = event, held = event.ctrlKey || event.metaKey || event.altKey;
    if (event.defaultPrevented || event.isComposing || one("dialog[open]")) return;
    let todo;
    const enters = event.key === "Enter" && !held;
    if (event.key === "Escape") todo = () => !!closeContents() && one(".toc summary").focus();
    else if (enters && target.matches("math")) todo = () => offer(target)?.then((button) => button.click());
    else if (enters && target.matches("img.zooms")) todo = () => target.click();
    else if (event.key === "k" && (event.ctrlKey || event.metaKey) && !event.altKey) todo = search;
    else if (held && !event.getModifierState("AltGraph")) return; // with AltGr, some keyboards type [ and ]
    else if (!target.closest("input, textarea, select") && !target.isContentEditable && !kept.get("no-keys")) todo = KEYS.get(event.key);
    if (todo && todo() !== false) event.preventDefault();
  });

  // -- previews: the first link that has one brings what shows them

  const PREVIEWED = 'a[data-preview], .body a[href^="#"]:not(.anchor, .self, .footnote-backref)';
  const linkAt = (node) => node.closest?.(PREVIEWED);
  let touching = false;
  const wake = ({ type, target, pointerType }) => {
    touching = pointerType ? pointerType === "touch" : touching;
    const isFocus = type === "focusin";
    if (!touching && linkAt(target) && (!isFocus || target.matches(":focus-visible"))) use("beside.js", (beside) => beside.attend(target, isFocus));
  };
  on("pointerover", wake);
  on("focusin", wake);
  on("focusin", ({ target }) => target.closest(".toc") || closeContents());
  on("pointerdown", wake);
  on("selectionchange", () => one("main math") && !getSelection().isCollapsed && use("beside.js", () => {}));

  // -- clicks

  const CLICKS = {
    ".theme-switch": switchTheme,
    ".statements-switch": switchStatements,
    ".unfold": unfold,
    ".search-open": search,
    ".help-open": help,
    ".copy": (button) => copy(button.nextElementSibling.textContent.replace(/\n$/, ""), button),
    "img.zooms": (image) => use("tools.js", (tools) => tools.zoom(page, image)),
    "a[data-embed]": (link) => use("tools.js", (tools) => tools.embed(link)),
  };
  on("click", (event) => {
    const { target } = event;
    if (!target.closest?.(".toc summary")) closeContents();
    if (event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || !target.closest) return;
    for (const selector in CLICKS) {
      const found = target.closest(selector);
      if (found && CLICKS[selector](found) !== false) return event.preventDefault();
    }
    const link = linkAt(target), math = target.closest("main math");
    if (link && touching && page.files["beside.js"] && !link.closest(".preview") && !link.hasAttribute("aria-describedby")) {
      event.preventDefault();
      use("beside.js", (beside) => beside.show(link, page.words, true)).catch(() => location.assign(link.href));
    } else if (math && !target.closest("a, button, summary") && getSelection().isCollapsed) offer(math);
  });

  // -- what pages get, now and when the preview of an author changes them

  // What scrolls is a stop on the way by itself in Chromium and Firefox; here in Safari too, and it says what it is.
  const scrollers = () => {
    const stops = (node) => [node, node.scrollWidth > node.clientWidth + 1 && !one("a", node)];
    for (const [node, scrolls] of all("main :is(pre, .table, math, .blocks mtd)").map(stops)) {
      if (!scrolls && node.getAttribute("tabindex") !== "0") continue;
      const names = node.matches("math, mtd") ? { tabindex: 0 } : { tabindex: 0, role: "group", "aria-label": page.words.scrolls };
      for (const name in names) scrolls ? node.setAttribute(name, names[name]) : node.removeAttribute(name);
    }
  };
  // On paper, what is wider than the text is set smaller; on A4 that is 41 times its size wide.
  const fit = () => {
    const column = one("main > *");
    for (const part of all("main :is(math[display=block], math.long, .blocks > mtr > mtd)")) {
      const { parentNode, style } = part.closest("math"), { clientWidth, scrollWidth } = part;
      const room = 41 * parseFloat(getComputedStyle(parentNode).fontSize) - Math.max(0, column.clientWidth - clientWidth);
      if (scrollWidth > clientWidth) style.setProperty("--fit", Math.min(style.getPropertyValue("--fit") || 1, room / scrollWidth));
    }
  };

  const arrange = () => {
    read();
    press(".theme-switch", isDark());
    hide();
    follow();
    for (const pre of navigator.clipboard ? all(".code pre") : []) {
      if (!pre.previousElementSibling?.matches(".copy")) pre.before(make("button", { type: "button", className: "copy" }, page.words.copy));
    }
    for (const image of all(".note figure img:not(a img, .zooms)")) {
      if (image.getAttribute("width") < 160 && image.hasAttribute("width")) continue;
      image.classList.add("zooms");
      image.tabIndex = 0;
      image.role = "button";
    }
    scrollers();
    recall();
  };

  arrange();
  const current = one('.sidebar [aria-current="page"]'), column = current?.closest(".sidebar");
  if (column && column.scrollHeight > column.clientHeight) {
    column.scrollTop += current.getBoundingClientRect().top - column.getBoundingClientRect().top - column.clientHeight / 3;
  }
  reveal();
  addEventListener("hashchange", reveal);
  addEventListener("beforeprint", fit);
  on("visibilitychange", () => document.hidden && remember());
  addEventListener("pageshow", (event) => event.persisted && recall());
  on("notes-site:changed", arrange);
  new ResizeObserver(scrollers).observe(one("main"));
  document.fonts.ready.then(scrollers);
})();

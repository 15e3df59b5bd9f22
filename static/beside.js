// What is shown beside the text: previews of what links lead to, and the button that copies a formula; and what a
// selection with formulas in it copies. reader.js loads this when a reader first points at such a link, or selects.

const one = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const on = (name, todo) => document.addEventListener(name, todo);
const make = (name, properties, ...content) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...content);
  return made;
};
// how boxes look: they wait for it
const { files } = JSON.parse(one("#_page").textContent);
const styled = new Promise((done) => { document.head.append(make("link", { rel: "stylesheet", href: files["tools.css"], onload: done, onerror: done })); });
const full = (url, base = location.href) => new URL(url, base).href;
const anchor = (hash) => { try { return decodeURIComponent(hash.slice(1)); } catch { return ""; } };

// -- what a link leads to ----------------------------------------------------------------------------------------------

export const PREVIEWED = 'a[data-preview], .body a[href^="#"]:not(.anchor, .self, .footnote-backref)';
const linkAt = (node) => node.closest?.(PREVIEWED);
const fragments = new Map();

// The file with what others refer to on a page; never the page itself.
function load(url) {
  if (!fragments.has(url)) {
    const text = fetch(url).then((answer) => (answer.ok ? answer.text() : Promise.reject(new Error(url))));
    text.catch(() => fragments.delete(url));
    fragments.set(url, text.then((html) => new DOMParser().parseFromString(html, "text/html")));
  }
  return fragments.get(url);
}

const BLOCKS = 4; // of a section that is on the page itself

function onThisPage(id) {
  let target = document.getElementById(id);
  if (!target) return [];
  if (target.closest("math")) target = target.closest(".formula");
  else if (!target.textContent.trim() && !one("img, svg", target)) target = target.parentElement; // a mark of the index
  const found = [target];
  if (/^H[2-6]$/.test(target.nodeName)) {
    for (let next = target.nextElementSibling; next && found.length < BLOCKS; next = next.nextElementSibling) {
      if (/^H[1-6]$/.test(next.nodeName) && next.nodeName <= target.nodeName) break;
      found.push(next);
    }
  }
  const copied = make("div", {}, ...found.map((node) => node.cloneNode(true)));
  all(".anchor, .copy, .used, .sidenote, .footnote-backref", copied).forEach((node) => node.remove());
  all("[id]", copied).forEach((node) => node.removeAttribute("id"));
  all(".self", copied).forEach((node) => node.replaceWith(...node.childNodes));
  all("img.zooms", copied).forEach((node) => { node.removeAttribute("tabindex"); node.removeAttribute("role"); });
  return copied.firstChild.matches("li") ? [...copied.firstChild.childNodes] : [...copied.childNodes];
}

async function find(link) {
  const aside = link.closest("sup")?.nextElementSibling;
  if (aside?.matches(".sidenote") && aside.checkVisibility()) return []; // the footnote is in view
  const url = new URL(link.dataset.preview || link.href, location.href);
  const id = anchor(url.hash);
  url.hash = "";
  if (url.href === full("#").slice(0, -1)) return onThisPage(id);
  const file = await load(url.href);
  const found = file.getElementById(id) || file.getElementById("_note");
  if (!found) return [];
  const part = document.importNode(found, true);
  for (const name of ["href", "src", "srcset", "data-preview"]) {
    // `a.png 1x, b.png 2x` has several addresses
    const address = name === "srcset" ? /[^\s,]\S*(?=\s)/g : /.+/;
    for (const inner of all(`[${name}]`, part)) inner.setAttribute(name, inner.getAttribute(name).replace(address, (value) => full(value, url)));
  }
  return [...part.childNodes];
}

// -- boxes -------------------------------------------------------------------------------------------------------------

const boxes = []; // each opened by a link in the one before it
let waiting = 0;
const depth = (node) => 1 + boxes.findIndex(({ box }) => box.contains(node));
const boxOf = (link) => boxes.findIndex((other) => other.link === link);

function later(todo, wait, ...given) {
  clearTimeout(waiting);
  waiting = setTimeout(todo, wait, ...given);
}

export function close(from = 0) {
  clearTimeout(waiting);
  for (const { link, box, title } of boxes.splice(from)) {
    box.remove();
    link.removeAttribute("aria-describedby");
    if (title) link.title = title;
  }
}

// Below what it belongs to, or above it where there is more room; within the window.
function put(box, owner) {
  document.body.append(box);
  const rects = owner.getClientRects();
  const first = rects[0] || owner.getBoundingClientRect();
  const last = rects[rects.length - 1] || first;
  const width = document.body.clientWidth; // without the room that is kept for a scroll bar
  const under = innerHeight - last.bottom;
  const above = box.offsetHeight + 12 > under && first.top > under;
  const start = (above ? first : last).left;
  if (box.offsetWidth > width - 16) box.style.maxWidth = `${width - 16}px`;
  box.style.maxHeight = `${Math.max(80, Math.min(innerHeight * 0.6, (above ? first.top : under) - 12))}px`;
  box.style.left = `${scrollX + Math.max(8, Math.min(start, width - box.offsetWidth - 8))}px`;
  if (above) box.style.bottom = `${document.documentElement.clientHeight - scrollY - first.top + 4}px`;
  else box.style.top = `${scrollY + last.bottom + 4}px`;
}

// A link that was touched is followed when it is touched once more, or by the link at the foot of its box.
export async function show(link, words, touched = false) {
  const parts = await find(link).catch(() => []); // offline, or opened from the disk: the link still leads there
  await styled;
  if (!parts.length) return touched && location.assign(link.href);
  if (boxOf(link) >= 0 || !link.isConnected) return;
  if (!touched && !link.matches(":hover") && link !== document.activeElement) return;
  close(depth(link));
  const box = make("div", { className: "preview body", id: `_preview${boxes.length || ""}` }, ...parts);
  box.setAttribute("role", "tooltip");
  if (touched) box.append(make("p", { className: "go" }, make("a", { href: link.href }, words.go_there)));
  boxes.push({ link, box, title: link.title });
  link.removeAttribute("title");
  link.setAttribute("aria-describedby", box.id);
  put(box, link);
}

// What is under the pointer or has the focus: a link waits for its box; a box, or its link, keeps it open.
export function attend(node, byFocus) {
  const link = (!byFocus || node.matches(":focus-visible")) && linkAt(node);
  const open = link ? boxOf(link) : -1;
  if (link && open < 0) return later(show, 180, link);
  const keep = open < 0 ? depth(node) : open + 1;
  if (boxes.length > keep) later(close, 250, keep);
  else clearTimeout(waiting);
}

on("pointerover", (event) => event.pointerType !== "touch" && attend(event.target));
on("focusin", (event) => attend(event.target, true));
document.documentElement.addEventListener("pointerleave", (event) => event.pointerType !== "touch" && later(close, 250));
on("pointerdown", (event) => {
  if (!linkAt(event.target) && !depth(event.target)) close();
  if (!event.target.closest?.(".copy-tex")) one(".copy-tex")?.remove();
});
on("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || one("dialog[open]") || !(boxes.length || one(".copy-tex"))) return;
  event.preventDefault();
  close();
  one(".copy-tex")?.remove();
});
on("notes-site:changed", () => { close(); fragments.clear(); });

// -- formulas ----------------------------------------------------------------------------------------------------------

const source = (math) => one('annotation[encoding="application/x-tex"]', math)?.textContent.trim() ?? math.textContent;

// A display that an environment of its own makes needs no dollar signs.
const OWN = /^\\begin\{(equation|align|gather|multline|flalign|alignat|eqnarray)/;

function written(math) {
  const tex = source(math);
  if (math.getAttribute("display") !== "block") return `$${tex}$`;
  return OWN.test(tex) ? tex : `$$${tex}$$`;
}

// A button for a formula that was clicked, or chosen by keyboard; `copy` writes and says so.
export function offer(math, words, copy) {
  one(".copy-tex")?.remove();
  const button = make("button", { type: "button", className: "copy-tex" }, words.copy_tex);
  button.onclick = () => copy(source(math), button).then(() => button.remove());
  styled.then(() => put(button, math));
  return styled.then(() => button);
}

// The formula after the one that has the focus, or the first that is in view.
export function nextFormula() {
  const formulas = all(".note .body math");
  const inView = (math) => math.getBoundingClientRect().top > 0;
  const next = formulas[formulas.indexOf(document.activeElement) + 1 || formulas.findIndex(inView)];
  if (next && !next.hasAttribute("tabindex")) next.setAttribute("tabindex", "-1");
  next?.focus();
  return next;
}

on("copy", (event) => {
  const selection = getSelection();
  if (selection.isCollapsed || event.target.closest?.("input, textarea")) return;
  const range = selection.getRangeAt(0).cloneRange();
  const inside = (node) => (node.closest ? node : node.parentElement)?.closest("math");
  const from = inside(range.startContainer), to = inside(range.endContainer);
  const bare = (text) => text.replace(/\s/g, "");
  // a few signs of one formula are copied as they look
  if (from && from === to && !bare(range.toString()).startsWith(bare((one("semantics", from)?.firstChild || from).textContent))) return;
  if (from) range.setStartBefore(from);
  if (to) range.setEndAfter(to);
  const copied = make("div", {}, range.cloneContents());
  if (!one("math", copied)) return;
  all(".copy, .anchor", copied).forEach((node) => node.remove());
  for (const link of all("a[href]", copied)) link.setAttribute("href", link.href);
  const html = copied.innerHTML;
  for (const math of all("math", copied)) {
    const tex = make("span", {}, written(math));
    tex.style.whiteSpace = "pre";
    math.replaceWith(tex);
  }
  for (const pre of all("pre", copied)) pre.textContent = pre.textContent; // its lines are blocks
  Object.assign(copied.style, { position: "fixed", left: "-999em", width: "60em" });
  document.body.append(copied); // only what is laid out has lines
  event.clipboardData.setData("text/plain", copied.innerText.trim());
  event.clipboardData.setData("text/html", html);
  copied.remove();
  event.preventDefault();
});

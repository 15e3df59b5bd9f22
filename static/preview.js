// What a reference leads to, shown beside it: the statement, the formula, the figure, the work. A link without it.
(() => {
  "use strict";
  const selector = 'a[data-preview], a.ref[href^="#"], .citation a[href^="#"]';
  const files = new Map();
  let box = null, shown = null, waiting = 0;

  // Elements of another page, from the small file that holds what has labels there.
  const load = (url) => {
    if (!files.has(url)) {
      const file = fetch(url).then((answer) => (answer.ok ? answer.text() : Promise.reject(new Error(url))));
      files.set(url, file.then((text) => new DOMParser().parseFromString(text, "text/html")));
    }
    return files.get(url);
  };

  const find = async (link) => {
    if (link.dataset.preview) {
      const url = new URL(link.dataset.preview, location.href);
      const id = decodeURIComponent(url.hash.slice(1));
      url.hash = "";
      const found = (await load(url.href)).getElementById(id);
      if (!found) return null;
      const part = document.importNode(found, true);
      for (const inner of part.querySelectorAll("[href], [src], [data-preview]")) {
        for (const name of ["href", "src", "data-preview"]) {
          if (inner.hasAttribute(name)) inner.setAttribute(name, new URL(inner.getAttribute(name), url).href);
        }
      }
      return part;
    }
    const target = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (!target) return null;
    const part = (target.closest("math") ? target.closest(".formula") : target).cloneNode(true);
    for (const inner of [part, ...part.querySelectorAll("[id]")]) inner.removeAttribute("id");
    return part;
  };

  const hide = () => {
    clearTimeout(waiting);
    if (box) box.remove();
    if (shown) shown.removeAttribute("aria-describedby");
    box = shown = null;
  };
  const later = (todo, wait) => {
    clearTimeout(waiting);
    waiting = setTimeout(todo, wait);
  };

  const show = async (link) => {
    if (link === shown) return;
    let part = null;
    try {
      part = await find(link);
    } catch { /* offline, or opened from the disk: the link still leads there */ }
    if (!part || !(link.matches(":hover") || link === document.activeElement)) return;
    hide();
    shown = link;
    box = document.createElement("div");
    box.className = "preview body";
    box.id = "_preview";
    box.setAttribute("role", "tooltip");
    box.append(part);
    document.body.append(box);
    link.setAttribute("aria-describedby", box.id);
    const at = link.getClientRects()[0] || link.getBoundingClientRect();
    const left = Math.max(8, Math.min(at.left, innerWidth - box.offsetWidth - 8));
    const below = at.bottom + box.offsetHeight + 8 < innerHeight || at.top < box.offsetHeight + 8;
    box.style.left = `${left + scrollX}px`;
    box.style.top = `${scrollY + (below ? at.bottom + 4 : at.top - box.offsetHeight - 4)}px`;
    box.addEventListener("pointerenter", () => clearTimeout(waiting));
    box.addEventListener("pointerleave", () => later(hide, 250));
  };

  const linkOf = (event) => event.target.closest && event.target.closest(selector);
  document.addEventListener("pointerover", (event) => {
    const link = event.pointerType !== "touch" && linkOf(event);
    if (link) later(() => show(link), shown ? 60 : 180);
  });
  document.addEventListener("pointerout", (event) => {
    if (linkOf(event) && event.pointerType !== "touch") later(hide, 250);
  });
  document.addEventListener("focusin", (event) => {
    const link = linkOf(event);
    if (link && link.matches(":focus-visible")) later(() => show(link), 180);
  });
  document.addEventListener("focusout", (event) => linkOf(event) && later(hide, 250));
  document.addEventListener("keydown", (event) => event.key === "Escape" && hide());
})();

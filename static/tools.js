// Dialogs: the keys and what else readers can do, and pictures as large as the window; videos that were asked for.
// reader.js loads this when one is first opened; `page` has the words, the files, and what the reader chose.

const make = (name, properties, ...content) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...content);
  return made;
};

let sheet; // the style of all dialogs, loaded once
const styled = (url) => (sheet ??= new Promise((done) => {
  document.head.append(make("link", { rel: "stylesheet", href: url, onload: done, onerror: done }));
}));

// A dialog that goes away when it is closed: by Escape, its button, or a click beside it.
async function open(page, name, label, ...content) {
  await styled(page.files["tools.css"]);
  const button = make("button", { type: "button", className: "close", ariaLabel: page.words.close }, "×");
  const dialog = make("dialog", { className: name, ariaLabel: label }, button, ...content);
  button.onclick = () => dialog.close();
  dialog.onclick = (event) => { if (event.target === dialog) dialog.close(); };
  dialog.onclose = () => dialog.remove();
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

export function help(page) {
  const { words, kept } = page;
  const keys = words.keys.filter(([key]) => key !== "/" || page.files["search.js"]).map(([names, said]) => {
    const boxes = names.split(" ").flatMap((name) => [make("kbd", {}, name), " "]);
    return make("div", {}, make("dt", {}, ...boxes), make("dd", {}, said));
  });
  const use = make("input", { type: "checkbox", checked: !kept.get("no-keys") });
  use.onchange = () => kept.set("no-keys", use.checked ? "" : "1");
  const forget = make("button", { type: "button", className: "forget" }, words.forget);
  forget.onclick = () => {
    page.forget();
    forget.textContent = words.forgotten;
    forget.disabled = true;
  };
  return open(page, "help", words.help,
    make("h2", {}, words.help), make("dl", {}, ...keys), make("p", {}, make("label", {}, use, ` ${words.use_keys}`)),
    make("p", { className: "memory" }, words.memory), make("p", {}, forget));
}

// A video is asked for only when it is wanted.
export function embed(link) {
  const frame = make("iframe", { src: link.dataset.embed, title: link.textContent });
  frame.allow = "autoplay; encrypted-media; fullscreen; picture-in-picture";
  frame.referrerPolicy = "strict-origin-when-cross-origin";
  link.replaceWith(frame);
  frame.focus();
}

export function zoom(page, image) {
  const copy = image.cloneNode(true);
  for (const name of ["class", "tabindex", "role", "loading", "width", "height"]) copy.removeAttribute(name);
  copy.sizes = "100vw";
  copy.alt = image.alt;
  const plate = make("div", { className: image.classList.contains("no-plate") ? "picture" : "picture plate" }, copy);
  const wide = image.getAttribute("width") / (image.getAttribute("height") || 1);
  if (wide) copy.style.aspectRatio = String(wide);
  const caption = image.closest("figure")?.querySelector("figcaption");
  return open(page, "zoom", image.alt, plate, ...(caption ? [make("p", {}, ...[...caption.cloneNode(true).childNodes])] : []));
}

// What the pages can do beyond reading. Everything works without it.
(() => {
  "use strict";
  const root = document.documentElement;
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  // Light or dark. A choice equal to the system's is forgotten, so the page follows the system again.
  const system = matchMedia("(prefers-color-scheme: dark)");
  const button = document.querySelector(".theme-switch");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);
  const showTheme = () => button && button.setAttribute("aria-pressed", String(isDark()));
  if (button) {
    button.addEventListener("click", () => {
      const dark = !isDark();
      const theme = dark === system.matches ? "" : dark ? "dark" : "light";
      if (theme) root.dataset.theme = theme;
      else delete root.dataset.theme;
      try {
        if (theme) localStorage.setItem("theme", theme);
        else localStorage.removeItem("theme");
      } catch { /* storage is switched off */ }
      showTheme();
    });
    system.addEventListener("change", showTheme);
    addEventListener("storage", (event) => {
      if (event.key !== "theme") return;
      if (event.newValue) root.dataset.theme = event.newValue;
      else delete root.dataset.theme;
      showTheme();
    });
    showTheme();
  }

  // Side columns stand open on a wide screen; where CSS cannot do that, we do.
  if (!CSS.supports("selector(::details-content)")) {
    const wide = matchMedia("(min-width: 75rem)");
    const unfold = () => all(".fold").forEach((fold) => { fold.open = wide.matches; });
    wide.addEventListener("change", unfold);
    unfold();
  }
  const here = document.querySelector('.sidebar [aria-current="page"]');
  const column = here && here.closest(".sidebar");
  if (column && column.scrollHeight > column.clientHeight) {
    column.scrollTop += here.getBoundingClientRect().top - column.getBoundingClientRect().top - column.clientHeight / 3;
  }

  // The section being read, marked in the table of contents.
  const links = new Map(all(".toc a").map((link) => [decodeURIComponent(link.hash.slice(1)), link]));
  const headings = [...links.keys()].map((id) => document.getElementById(id)).filter(Boolean);
  if (headings.length && "IntersectionObserver" in window) {
    const mark = () => {
      const passed = headings.filter((heading) => heading.getBoundingClientRect().top < innerHeight * 0.3);
      const current = passed.length ? links.get(passed[passed.length - 1].id) : null;
      for (const link of links.values()) {
        if (link === current) link.setAttribute("aria-current", "true");
        else link.removeAttribute("aria-current");
      }
    };
    const observer = new IntersectionObserver(mark, { rootMargin: "99999px 0px -70% 0px" });
    headings.forEach((heading) => observer.observe(heading));
  }

  // Copy a listing. The page says in its own language what the button says.
  const says = document.body.dataset;
  if (navigator.clipboard && says.copy) {
    for (const code of all(".code")) {
      const pre = code.querySelector("pre");
      if (!pre) continue;
      const copy = document.createElement("button");
      copy.type = "button";
      copy.className = "copy";
      copy.textContent = says.copy;
      copy.addEventListener("click", async () => {
        try {
          await navigator.clipboard.writeText(pre.textContent.replace(/\n$/, ""));
          copy.textContent = says.copied;
        } catch {
          copy.textContent = says.notCopied;
        }
        setTimeout(() => { copy.textContent = says.copy; }, 1600);
      });
      pre.before(copy);
    }
  }

  // A video is asked for only when it is wanted.
  document.addEventListener("click", (event) => {
    const link = event.target.closest && event.target.closest("a[data-embed]");
    if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    const frame = document.createElement("iframe");
    frame.src = link.dataset.embed;
    frame.title = link.textContent;
    frame.allow = "autoplay; encrypted-media; fullscreen; picture-in-picture";
    frame.referrerPolicy = "strict-origin-when-cross-origin";
    link.replaceWith(frame);
    frame.focus();
  });
})();

// Comments are asked for when a reader wants them: until then nothing is loaded from elsewhere. A link without it.
(() => {
  "use strict";
  const link = document.querySelector(".comments-open");
  if (!link) return;
  const root = document.documentElement;
  const theme = () => root.dataset.theme || "preferred_color_scheme";
  link.addEventListener("click", (event) => {
    if (event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    const script = document.createElement("script");
    script.src = "https://giscus.app/client.js";
    script.crossOrigin = "anonymous";
    const asked = { reactionsEnabled: "1", emitMetadata: "0", inputPosition: "top" };
    Object.assign(script.dataset, link.dataset, asked, { lang: root.lang.split("-")[0], theme: theme() });
    script.addEventListener("error", () => script.replaceWith(link));
    link.replaceWith(script);
  });
  new MutationObserver(() => {
    const frame = document.querySelector("iframe.giscus-frame");
    if (frame) frame.contentWindow.postMessage({ giscus: { setConfig: { theme: theme() } } }, "https://giscus.app");
  }).observe(root, { attributeFilter: ["data-theme"] });
})();

// Before a page is printed: what is wider than the paper is set as much smaller as it needs.
(() => {
  "use strict";
  const PAPER = 41; // the width of the text on A4, in its own size; on Letter it is a little more
  addEventListener("beforeprint", () => {
    const column = document.querySelector("main :is(.note, .book, .collection)");
    if (!column) return;
    for (const formula of document.querySelectorAll('main :is(math[display="block"], math.long)')) {
      if (formula.scrollWidth <= formula.clientWidth) continue;
      const size = parseFloat(getComputedStyle(formula.parentElement).fontSize);
      const indent = Math.max(0, column.clientWidth - formula.clientWidth) / size;
      const fit = (PAPER - (formula.matches(".long") ? 0 : indent)) / (formula.scrollWidth / size);
      if (fit < 1) formula.style.setProperty("--fit", fit.toFixed(3));
    }
  });
})();

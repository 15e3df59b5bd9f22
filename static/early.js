// Before the first paint: a sign that scripts run, and what the reader chose on an earlier visit.
(function (root, home) {
  root.classList.add("js");
  try {
    var theme = localStorage.getItem("theme");
    if (theme === "light" || theme === "dark") root.setAttribute("data-theme", theme);
    if (localStorage.getItem("statements")) root.classList.add("statements");
    // Room for the line that says where to read on, so that nothing moves when it comes.
    var read = JSON.parse(localStorage.getItem("read:" + new URL(home, location.href).pathname));
    if (read && read.on[location.pathname]) root.classList.add("reading");
  } catch (error) { /* storage is switched off, or holds something else */ }
})(document.documentElement, document.currentScript.getAttribute("data-home"));

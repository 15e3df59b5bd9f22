// Before the first paint: the theme chosen on an earlier visit, and a sign that scripts run.
(function (root) {
  root.classList.add("js");
  try {
    var theme = localStorage.getItem("theme");
    if (theme === "light" || theme === "dark") root.setAttribute("data-theme", theme);
  } catch (error) { /* storage is switched off */ }
})(document.documentElement);

// Draws the graph of the notes. Nothing in it is random, and nothing moves by itself.
(async () => {
  const figure = document.querySelector(".note-graph");
  const answer = figure && await fetch(figure.dataset.graph).catch(() => null);
  if (!answer?.ok) return;
  const {groups, notes, links} = await answer.json();
  const count = notes.length, all = [...notes.keys()];
  const x = new Float64Array(count), y = new Float64Array(count);
  const near = notes.map(() => new Set());
  for (const [a, b] of links) near[a].add(b), near[b].add(a);
  const pairs = all.flatMap((a) => [...near[a]].filter((b) => b > a).map((b) => [a, b]));

  // Each collection begins at a point of a circle; then notes push others away, and links pull.
  const REACH = 70, radius = groups.length > 1 ? 20 * Math.sqrt(count) + 40 : 0;
  const home = notes.map(([, , group]) => {
    const turn = 2 * Math.PI * group / groups.length - Math.PI / 2;
    return group < 0 ? [0, 0] : [radius * Math.cos(turn), 0.72 * radius * Math.sin(turn)];
  });
  for (const i of all) {
    x[i] = home[i][0] + 13 * Math.sqrt(i) * Math.cos(2.4 * i);
    y[i] = home[i][1] + 13 * Math.sqrt(i) * Math.sin(2.4 * i);
  }
  const steps = count > 1000 ? 120 : 240;
  for (let heat = 1; heat > 0; heat -= 1 / steps) {
    const dx = new Float64Array(count), dy = new Float64Array(count), cells = new Map();
    const move = (a, b, force, part) => {
      const h = (x[b] - x[a]) * force, v = (y[b] - y[a]) * force;
      dx[a] += h * part, dy[a] += v * part, dx[b] -= h * (1 - part), dy[b] -= v * (1 - part);
    };
    for (const i of all) {
      const key = Math.floor(x[i] / REACH) * 65536 + Math.floor(y[i] / REACH);
      cells.has(key) ? cells.get(key).push(i) : cells.set(key, [i]);
    }
    for (const [key, inside] of cells) for (const beside of [0, 1, 65535, 65536, 65537]) {
      for (const i of inside) for (const j of cells.get(key + beside) ?? []) {
        if (!beside && j <= i) continue;
        const far = Math.hypot(x[i] - x[j], y[i] - y[j]) || 0.1;
        if (far < REACH) move(i, j, -0.9 * heat * (REACH - far) / far, 0.5);
      }
    }
    for (const [a, b] of pairs) {
      const far = Math.hypot(x[b] - x[a], y[b] - y[a]) || 1, n = near[a].size, m = near[b].size;
      move(a, b, 0.5 * heat * (far - 42) / far / Math.min(n, m), m / (n + m));
    }
    for (const i of all) {
      const most = Math.min(1, 60 * heat / (Math.hypot(dx[i], dy[i]) || 1));
      x[i] += dx[i] * most + (home[i][0] - x[i]) * 0.02 * heat;
      y[i] += dy[i] * most + (home[i][1] - y[i]) * 0.02 * heat;
    }
  }

  const make = (name, attributes, parent) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const key in attributes) made.setAttribute(key, attributes[key]);
    parent?.append(made);
    return made;
  };
  const at = (i) => `${x[i].toFixed(1)} ${y[i].toFixed(1)}`;
  const line = ([a, b]) => `M${at(a)}L${at(b)}`;
  const short = (title, most) => title.length > most ? title.slice(0, most - 1) + "…" : title;
  const tone = (i) => notes[i][2] < 8 ? notes[i][2] : -1;
  const svg = make("svg", {role: "group", "aria-label": figure.dataset.name});
  make("path", {class: "edges", d: pairs.map(line).join("")}, svg);
  const lines = make("path", {class: "edges lit"}, svg);
  const nodes = notes.map(([title, href,, size], i) => {
    const n = size || near[i].size;
    const node = make("a", {
      class: `tone-${tone(i)} size-${(n > 1) + (n > 5) + (n > 11)}`, href, tabindex: i ? -1 : 0, "aria-label": title,
      transform: `translate(${at(i)})`,
    }, svg);
    make("circle", {}, node);
    make("text", {dy: "-0.8em"}, node);
    return node;
  });
  const prominent = [...all].sort((a, b) => near[b].size - near[a].size);

  // What is seen: the point in the middle, and how much of the graph a pixel is.
  const view = {x: 0, y: 0, unit: 1};
  let lit = [], current = 0, waiting = 0, width, height;
  const draw = () => {
    ({width, height} = svg.getBoundingClientRect());
    const {unit} = view, w = width * unit, h = height * unit;
    svg.setAttribute("viewBox", `${view.x - w / 2} ${view.y - h / 2} ${w} ${h}`);
    svg.style.setProperty("--unit", `${unit}px`);
    waiting ||= requestAnimationFrame(name);
  };
  const seen = (i, part) =>
    Math.abs(x[i] - view.x) < part * width * view.unit && Math.abs(y[i] - view.y) < part * height * view.unit;
  // Names where there is room, above a note or below it: those of lit notes, else of the notes with most links.
  // None lies on another, nor on the dot of a note that is not dimmed.
  const name = () => {
    waiting = 0;
    const taken = [], named = new Set(), unit = view.unit;
    const chosen = lit.length ? lit : prominent, dots = chosen.filter((i) => seen(i, 0.55));
    const free = (i, half, middle) =>
      !dots.some((j) => j !== i && Math.abs(x[i] - x[j]) < half + 4 * unit && Math.abs(middle - y[j]) < 12 * unit) &&
      !taken.some(([at, size, other]) => Math.abs(x[i] - at) < half + size && Math.abs(middle - other) < 16 * unit);
    for (const i of chosen) {
      if (!seen(i, 0.5) || taken.length > width * height / 9000) continue;
      const first = i === lit[0], text = short(notes[i][0], first ? 80 : 30), half = 3.4 * text.length * unit;
      const place = [-14, 15].find((far) => free(i, half, y[i] + far * unit)) ?? (first ? -14 : 0);
      if (!place) continue;
      taken.push([x[i], half, y[i] + place * unit]), named.add(i);
      nodes[i].lastChild.textContent = text;
      nodes[i].lastChild.setAttribute("dy", place < 0 ? "-0.8em" : "1.6em");
    }
    for (const i of all) nodes[i].classList.toggle("named", named.has(i));
  };
  const light = (chosen, from) => {
    lit = chosen;
    nodes.forEach((node, i) => node.classList.toggle("lit", lit.includes(i)));
    lines.setAttribute("d", from === undefined ? "" : [...near[from]].map((j) => line([from, j])).join(""));
    draw();
  };
  // Around a place in pixels from the middle; by 0 all is shown.
  const zoom = (factor, h = 0, v = 0) => {
    draw();
    const [l, r, t, b] = [Math.min(...x), Math.max(...x), Math.min(...y), Math.max(...y)];
    const unit = factor ? Math.min(20, Math.max(0.1, view.unit / factor)) :
      Math.max((r - l) / width / 0.84, (b - t) / height / 0.86, 0.3);
    view.x = factor ? view.x + h * (view.unit - unit) : (l + r) / 2;
    view.y = factor ? view.y + v * (view.unit - unit) : (t + b) / 2;
    view.unit = unit;
    draw();
  };
  const on = (kinds, what) => kinds.split(" ").forEach((kind) => svg.addEventListener(kind, what, {passive: false}));

  on("pointerover focusin", (event) => {
    const i = nodes.indexOf(event.target.closest("a"));
    if (i < 0) return;
    if (event.type === "focusin" && !seen(i, 0.45)) view.x = x[i], view.y = y[i];
    light([i, ...prominent.filter((j) => near[i].has(j))], i);
  });
  on("pointerout focusout", () => light([]));
  for (const entry of figure.querySelectorAll("[data-tone]")) {
    entry.onpointerenter = () => light(prominent.filter((i) => tone(i) === +entry.dataset.tone));
    entry.onpointerleave = () => light([]);
  }

  let last, moved = 0;
  on("pointerdown", (event) => {
    moved = 0;
    last = event.button ? undefined : event;
  });
  on("pointermove", (event) => {
    const h = event.clientX - last?.clientX, v = event.clientY - last?.clientY;
    if (!last || (moved += Math.abs(h) + Math.abs(v)) < 4) return;
    last = event;
    svg.setPointerCapture(event.pointerId);
    view.x -= h * view.unit, view.y -= v * view.unit;
    draw();
  });
  on("pointerup pointercancel", () => last = undefined);
  on("click", (event) => moved < 4 || event.preventDefault());
  on("dragstart", (event) => event.preventDefault());
  on("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const box = svg.getBoundingClientRect();
    zoom(Math.exp(-event.deltaY / 300), event.clientX - box.x - width / 2, event.clientY - box.y - height / 2);
  });
  on("keydown", (event) => {
    const way = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]}[event.key];
    const factor = {"+": 1.4, "=": 1.4, "-": 0.7, 0: 0}[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey || !way && factor === undefined) return;
    event.preventDefault();
    if (!way) return zoom(factor);
    const far = (i) => {
      const h = x[i] - x[current], v = y[i] - y[current], along = h * way[0] + v * way[1];
      return along > 0 ? along + 2.5 * Math.abs(h * way[1] + v * way[0]) : Infinity;
    };
    const next = all.reduce((best, i) => far(i) < far(best) ? i : best, current);
    nodes[current].setAttribute("tabindex", -1);
    nodes[current = next].setAttribute("tabindex", 0);
    nodes[next].focus({preventScroll: true});
  });
  for (const button of figure.querySelectorAll("[data-zoom]")) button.onclick = () => zoom(+button.dataset.zoom);

  figure.prepend(svg);
  figure.hidden = false;
  zoom(0);
  new ResizeObserver(draw).observe(svg);
})();

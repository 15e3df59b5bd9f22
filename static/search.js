// The search of the site, loaded when it is first opened: words by Pagefind, formulas by what stands below. Nothing that
// is typed leaves the page; what is loaded are files of this site.

const home = new URL("search/", import.meta.url);
const AT_ONCE = 8, LOOK = 60;

// -- the form in which formulas are compared: the twin of notes_site/search/formulas.py, and of nothing else

const escaped = (text) => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");

export const normaliser = (table, macros = {}) => {
  const { signs, words, raised, lowered } = table, runs = new Map(table.runs);
  const commands = new Map([...Object.entries(table.commands), ...Object.entries(macros)]);
  const own = (map, key) => (Object.hasOwn(map, key) ? map[key] : undefined);
  const small = (map) => `[${Object.keys(map).map(escaped).join("")}]+`;
  const scanner = new RegExp(
    ["\\\\[a-zA-Z]+\\*?", "\\\\[\\s\\S]", "[a-zA-Z]+", small(raised), small(lowered), ...table.runs.map(([run]) => escaped(run)), "[\\s\\S]"].join("|"),
    "gu",
  );
  const drop = new RegExp(table.drop, "gu");
  const canonical = (text) => [...text].map((sign) => own(signs, sign)
    ?? [...sign.normalize("NFKD")].map((part) => own(signs, part) ?? part).join("")).join("");

  const pieces = (text) => {
    const made = [];
    for (const piece of text.replace(drop, " ").match(scanner) || []) {
      const [first] = piece;
      if (own(raised, first) !== undefined) made.push("^", "{", ...[...piece].map((sign) => raised[sign]), "}");
      else if (own(lowered, first) !== undefined) made.push("_", "{", ...[...piece].map((sign) => lowered[sign]), "}");
      else if (own(words, piece) !== undefined) made.push(words[piece]);
      else if (runs.has(piece)) made.push(...runs.get(piece));
      else if (first === "\\") made.push(piece);
      else if (own(signs, piece) === "′") made.push("'");
      else if ("{}".includes(piece) || own(signs, piece) !== "") made.push(...piece);
    }
    return made;
  };

  const DEEPEST = 50;
  const read = (given) => {
    let at = 0;
    const sequence = (depth, end) => {
      let made = "";
      while (at < given.length) {
        if (given[at] === end) { at += 1; break; }
        made += "^_'".includes(given[at]) && given[at] ? scripts(depth) : item(depth);
      }
      return made;
    };
    const scripts = (depth) => {
      let below = "", above = "";
      while (at < given.length && given[at] && "^_'".includes(given[at])) {
        const sign = given[at++];
        if (sign === "'") above += "′";
        else if (sign === "_") below += argument(depth);
        else {
          const script = argument(depth);
          above += !script || table.bare.includes([...script][0]) ? script : `^${script}`;
        }
      }
      return below + above;
    };
    const argument = (depth) => (at >= given.length || given[at] === "}" ? "" : item(depth));
    const item = (depth) => {
      const piece = given[at++];
      if (piece === "{") return depth < DEEPEST ? sequence(depth + 1, "}") : "";
      if (piece === "^" || piece === "_") return "";
      if (piece[0] !== "\\") return own(signs, piece) ?? canonical(piece);
      const known = commands.get(piece.slice(1).replace(/\*+$/, "") || "*");
      if (known === undefined || typeof known === "string") return known || "";
      if (depth >= DEEPEST) return "";
      const [count, , option] = known;
      let [, text] = known, first = "";
      if (option && given[at] === "[") {
        at += 1;
        first = sequence(depth + 1, "]");
      }
      const all = [first];
      for (let i = 0; i < count; i += 1) all.push(argument(depth + 1));
      all.forEach((one, i) => {
        text = text.split(`@${i}`).join(loose(one) ? `(${one})` : one).split(`#${i}`).join(one);
      });
      return text;
    };
    return sequence(0, "");
  };

  const loose = (text) => {
    let depth = 0;
    return [...text].some((token, i) => {
      depth += "([".includes(token) - ")]".includes(token);
      return i > 0 && depth === 0 && table.loose.includes(token);
    });
  };
  const partner = (tokens, at) => {
    let depth = 0;
    for (let i = at; i < tokens.length; i += 1) {
      depth += (tokens[i] === "(") - (tokens[i] === ")");
      if (depth === 0) return i;
    }
    return 0;
  };
  const binds = (token) => /[\p{L}\p{N}\p{M}]/u.test(token) || ")]′*".includes(token);
  const tidy = (text) => {
    let tokens = [...text];
    const without = (from, to) => [...tokens.slice(0, from), ...tokens.slice(from + 1, to), ...tokens.slice(to + 1)];
    const tight = (from, to) => !loose(tokens.slice(from + 1, to).join(""));
    for (let at = 0; at < tokens.length; at += 1) {
      if ("/√".includes(tokens[at]) && tokens[at + 1] === "(") {
        const end = partner(tokens, at + 1);
        if (end && tight(at + 1, end)) tokens = without(at + 1, end);
      } else if (tokens[at] === "(") {
        const end = partner(tokens, at);
        if ((at === 0 || !binds(tokens[at - 1])) && end && tokens[end + 1] === "/" && tight(at, end)) {
          tokens = without(at, end);
          at -= 1;
        }
      }
    }
    while (tokens.length && table.ends.includes(tokens.at(-1))) tokens.pop();
    return tokens.join("");
  };

  return (text) => tidy(read(pieces([...text].slice(0, 2000).join(""))));
};

// -- formulas

// How well a formula answers: above 1 it holds all that is looked for, in one run.
export const likeness = (looked, tokens, standing) => {
  if (tokens.includes(looked)) return 1 + (tokens === looked ? 1 : 0.6 * looked.length / tokens.length) + 0.1 * standing;
  let covered = 0, longest = 0;
  for (let at = 0; at < looked.length;) {
    let size = 0;
    while (at + size < looked.length && tokens.includes(looked.slice(at, at + size + 1))) size += 1;
    if (size > 2 || (size === 2 && looked.length < 6)) {
      covered += size;
      longest = Math.max(longest, size);
    }
    at += Math.max(1, size);
  }
  const score = (covered / looked.length) * (0.4 + 0.6 * longest / looked.length);
  return score < 0.4 ? 0 : Math.min(0.95, score) + 0.02 * standing;
};

// Whether what is typed may be a formula, and whether it can be nothing else.
const LETTERS = /^[\p{L}\p{M}\s'’.,-]*$/u, SURE = /[\\^_={}|[\]<>~∀-⋿⟨⟩‖ℝ𝔼]/u;
export const isFormula = (text, { words, commands }) => {
  if (!LETTERS.test(text)) return true;
  const given = text.split(/[\s,]+/).filter(Boolean);
  return given.every((word) => [...word].length < 3 || Object.hasOwn(words, word) || typeof commands[word] === "string");
};

// Pages whose formulas answer, the best first: [row of the shard, score, formulas].
export const rank = (looked, rows, accepts = () => true) => {
  const ranked = [];
  for (const row of rows) {
    if (!accepts(row)) continue;
    const formulas = row[7], found = [];
    let whole = 0;
    for (let i = 0; i < formulas.length; i += 4) {
      const score = likeness(looked, formulas[i], formulas[i + 3]);
      if (score > 1) whole += 1;
      if (score) found.push([score, formulas[i + 1] || formulas[i], row[6][2 * formulas[i + 2]], row[6][2 * formulas[i + 2] + 1], formulas[i + 3]]);
    }
    if (!found.length) continue;
    found.sort((a, b) => b[0] - a[0]);
    ranked.push([row, found[0][0] + 0.08 * Math.log2(1 + whole), found]);
  }
  return ranked.sort((a, b) => b[1] - a[1]);
};

// -- what is loaded, each once

const once = (todo) => {
  let made;
  return () => (made ??= todo().catch((error) => { made = undefined; throw error; }));
};
const json = async (name) => {
  const answer = await fetch(new URL(name, home));
  if (!answer.ok) throw new Error(name);
  return answer.json();
};
const index = once(() => json("index.json"));
const formulas = once(async () => (await Promise.all((await index()).shards.map(([file]) => json(file)))).flat());
const pagefind = once(async () => {
  const { languages: [main, ...others] } = await index();
  if (!main) return null;
  const found = await import(new URL(`${main}/pagefind.js`, home));
  await found.options({ bundlePath: new URL(`${main}/`, home).pathname, excerptLength: LOOK });
  await found.init(main);
  for (const lang of others) await found.mergeIndex(new URL(`${lang}/`, home).pathname, { language: lang });
  return found;
});

// -- words

const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
const near = (one, other) => {
  const length = Math.max(2, Math.ceil(0.6 * Math.max(one.length, Math.min(other.length, one.length + 4))));
  return one.slice(0, length) === other.slice(0, length);
};

const text = (dense) => {
  const one = new RegExp(`[${dense}]`, "u"), between = new RegExp(`(?<=\\S)(?=[${dense}])|(?<=[${dense}])(?=\\S)`, "gu");
  return {
    // Writing without blanks is indexed sign by sign, so a run of it is looked for as a phrase.
    query: (typed) => {
      const apart = typed.replace(between, " ");
      return apart !== typed && !/\s/.test(typed) ? `"${apart}"` : apart;
    },
    joined: (shown) => shown.replace(new RegExp(`(?<=[${dense}]) (?=[${dense}])`, "gu"), ""),
    tight: (before, after) => one.test(before.at(-1) || "") && one.test(after[0] || ""),
  };
};

// Pages of works stand after the notes that say as much: a title alone is much of such a page.
const weighed = (results, lesser) => {
  const weight = ({ id, score }) => score * (lesser.has(id) ? 0.3 : 1);
  return lesser.size ? [...results].sort((a, b) => weight(b) - weight(a)) : results;
};

// Where a file of the index leads: `/a/index.html~thm-x.html` is `/a/#thm-x`.
const address = (url) => {
  const found = /^(.*?)(?:index\.html)?~([^~]*)\.html$/.exec(url);
  return found ? `${found[1]}#${found[2]}` : url.replace(/(^|\/)index\.html$/, "$1");
};

// A piece of a text around a place, with what was found in marks.
const excerpt = (words, locations, from, to, joins, length = 28) => {
  const inside = locations.filter((at) => at >= from && at < to);
  const center = inside.reduce((best, at) => {
    const count = inside.filter((other) => other >= at && other < at + length).length;
    return count > best[1] ? [at, count] : best;
  }, [inside[0] ?? from, 0])[0];
  const start = Math.max(from, Math.min(center - 6, to - length)), end = Math.min(to, start + length);
  const nodes = [start > from ? "… " : ""];
  for (let at = start; at < end; at += 1) {
    if (at > start && !joins(words[at - 1], words[at])) nodes.push(" ");
    nodes.push(inside.includes(at) ? make("mark", {}, words[at]) : words[at]);
  }
  return [...nodes, end < to ? " …" : ""];
};

// -- the dialog

const make = (name, properties = {}, ...content) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key in made && key !== "role" && !key.includes("-")) made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...content);
  return made;
};

class Dialog {
  constructor(page, found) {
    this.page = page;
    this.found = found;
    const lang = document.documentElement.lang.toLowerCase();
    this.words = found.words[lang] || found.words[lang.split("-")[0]] || Object.values(found.words)[0];
    this.normalise = normaliser(found.table, found.macros);
    this.text = text(found.dense);
    this.root = new URL(found.root, home);
    this.titles = new Map(found.collections);
    this.turn = 0;
    this.options = [];
    this.active = -1;
    this.build();
  }

  build() {
    const { words, found } = this;
    // Examples follow the colon where there is room for them.
    const hint = matchMedia("(max-width: 40rem)").matches ? words.hint.split(/:\s/)[0] : words.hint;
    this.input = make("input", {
      type: "search", id: "_search", role: "combobox", "aria-expanded": "false", "aria-controls": "_found", "aria-autocomplete": "list",
      "aria-label": words.label, placeholder: hint, autocomplete: "off", spellcheck: false, enterKeyHint: "go",
    });
    this.input.setAttribute("autocapitalize", "off");
    const select = (name, rows) => make("select", { "aria-label": words[name], className: `search-${name}` }, ...rows.map(([value, label]) => make("option", { value }, label)));
    const kind = (name) => [name, { note: words.notes, paper: words.papers }[name] || words[`kind_${name}`] || name];
    this.kind = select("kind", [["", words.everything], ...found.kinds.map(kind)]);
    this.collection = select("collection", [["", words.everywhere], ...found.collections.map(([key, title, depth = 0]) => [key, "\u2002".repeat(depth) + title])]);
    this.topic = select("topic", [["", words.any_topic], ...found.topics.map(([key, title]) => [key, title])]);
    const offered = [[this.kind, found.kinds], [this.collection, found.collections], [this.topic, found.topics]];
    this.status = make("p", { className: "search-status", role: "status" });
    this.list = make("div", { id: "_found", role: "listbox", "aria-label": words.label, tabIndex: -1 });
    this.more = make("button", { type: "button", className: "search-more", hidden: true }, words.more);
    const close = make("button", { type: "button", className: "search-close", "aria-label": words.close }, "×");
    this.box = make("dialog", { className: "search", "aria-label": words.open },
      make("div", { className: "search-head", role: "search" }, this.input, close,
        make("div", { className: "search-filters" }, ...offered.filter(([, rows]) => rows.length > 1).map(([one]) => one))),
      this.status, make("div", { className: "search-body" }, this.list, this.more),
      make("p", { className: "search-keys", "aria-hidden": "true" }, words.keys));
    document.body.append(this.box);
    close.addEventListener("click", () => this.box.close());
    this.box.addEventListener("click", (event) => event.target === this.box && this.box.close());
    this.box.addEventListener("close", () => this.input.setAttribute("aria-expanded", "false"));
    this.input.addEventListener("input", () => this.later());
    for (const one of [this.kind, this.collection, this.topic]) one.addEventListener("change", () => this.run());
    this.more.addEventListener("click", () => this.grow());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.list.addEventListener("click", (event) => this.follow(event));
  }

  open() {
    if (this.box.open) return;
    this.box.showModal();
    this.input.focus();
    this.input.select();
    this.input.setAttribute("aria-expanded", String(this.options.length > 0));
    pagefind().catch(() => this.fail());
  }

  fail() {
    this.status.textContent = this.words.failed;
  }

  later() {
    clearTimeout(this.timer);
    this.list.setAttribute("aria-busy", "true");
    this.timer = setTimeout(() => this.run(), 60);
  }

  key(event) {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const count = this.options.length;
    if ((event.key === "ArrowDown" || event.key === "ArrowUp") && count) {
      event.preventDefault();
      const by = event.key === "ArrowDown" ? 1 : -1;
      this.choose(this.active < 0 ? (by > 0 ? 0 : count - 1) : (this.active + by + count) % count);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (this.timer || this.busy) this.eager = true;
      else this.options[Math.max(this.active, 0)]?.click();
    }
  }

  choose(at) {
    this.options[this.active]?.setAttribute("aria-selected", "false");
    this.active = at;
    const option = this.options[at];
    if (!option) return this.input.removeAttribute("aria-activedescendant");
    option.setAttribute("aria-selected", "true");
    this.input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  // A place on this page is gone to once the dialog is out of the way.
  follow(event) {
    const link = event.target.closest("a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const to = new URL(link.href), here = location;
    if (to.pathname === here.pathname && to.search === here.search) this.box.close();
  }

  // -- looking

  async run() {
    clearTimeout(this.timer);
    this.timer = 0;
    this.list.setAttribute("aria-busy", "true");
    const turn = (this.turn += 1), typed = this.input.value.trim();
    if (!typed) {
      this.busy = false;
      this.show([], "");
      this.list.setAttribute("aria-busy", "false");
      return;
    }
    this.busy = true;
    const shows = setTimeout(() => { this.status.textContent = this.words.waiting; }, 300);
    try {
      const groups = await this.look(typed);
      if (turn !== this.turn) return;
      this.groups = groups;
      this.size = AT_ONCE;
      await this.render(turn);
    } catch (error) {
      if (turn === this.turn) this.fail();
    } finally {
      clearTimeout(shows);
      if (turn === this.turn) {
        this.busy = false;
        this.list.setAttribute("aria-busy", "false");
        if (this.eager) this.options[0]?.click();
        this.eager = false;
      }
    }
  }

  async look(typed) {
    const { kind, collection, topic, found } = this, looked = this.normalise(typed);
    const forms = found.shards.length && [...looked].length > 1 && isFormula(typed, found.table)
      && ["", "note", "paper", "equation"].includes(kind.value);
    const groups = { formulas: [], words: [] };
    if (forms) {
      const accepts = (row) => (!collection.value || row[4].includes(collection.value)) && (!topic.value || row[5].includes(topic.value))
        && (["", "equation"].includes(kind.value) || row[2] === kind.value);
      const rows = kind.value === "equation" ? (await formulas()).map(displayed) : await formulas();
      groups.formulas = rank(looked, rows, accepts);
    }
    const certain = groups.formulas.length && SURE.test(typed);
    const engine = kind.value === "equation" || certain ? null : await pagefind();
    if (engine) {
      const one = (name, value) => ({ is: `${name}:${value}` });
      const all = [kind.value ? one("kind", kind.value) : { any: [one("kind", "note"), one("kind", "paper")] }];
      if (collection.value) all.push(one("collection", collection.value));
      if (topic.value) all.push(one("topic", topic.value));
      const filters = { all };
      this.asked = fold(typed).split(/[^\p{L}\p{N}]+/u).filter(Boolean);
      let query = this.text.query(typed), answer = await engine.search(query, { filters });
      if (!answer.results.length && query.startsWith('"')) answer = await engine.search((query = query.slice(1, -1)), { filters });
      const lesser = await engine.search(query, { filters: { all: [...all, one("rank", "lesser")] } });
      groups.words = weighed(answer.results, new Set(lesser.results.map(({ id }) => id)));
      groups.phrase = query.startsWith('"');
      // What shares only a beginning with all that was typed answers nothing.
      const [first] = groups.words;
      if (first && !groups.phrase && !this.plausible(await first.data())) groups.words = await this.sieve(groups.words);
    }
    return groups;
  }

  async sieve(results) {
    const known = await Promise.all(results.slice(0, 3 * AT_ONCE).map(async (one) => [one, await one.data()]));
    return known.filter(([, data]) => this.plausible(data)).map(([one]) => one);
  }

  plausible(data) {
    const dense = new RegExp(`[${this.found.dense}]`, "u");
    if (!this.asked.length || this.asked.some((word) => dense.test(word))) return true;
    const words = data.content.split(/\s+/);
    const places = data.locations.length ? data.locations.map((at) => words[at] || "") : Object.values(data.meta).join(" ").split(/\s+/);
    const parts = places.flatMap((word) => fold(word).split(/[^\p{L}\p{N}]+/u)).filter(Boolean);
    return this.asked.some((word) => parts.some((part) => near(word, part)));
  }

  // -- showing

  async grow() {
    this.size += AT_ONCE;
    const at = this.options.length;
    await this.render(this.turn);
    this.choose(Math.min(at, this.options.length - 1));
    this.input.focus();
  }

  async render(turn) {
    const { words, groups, size } = this, shown = [];
    const notes = groups.formulas.slice(0, groups.words.length ? Math.min(size, 4 + size - AT_ONCE) : size);
    if (notes.length) shown.push([words.formulas, notes.map((one) => this.formulaResult(one))]);
    const data = await Promise.all(groups.words.slice(0, size).map((one) => one.data()));
    if (turn !== this.turn) return;
    if (data.length) shown.push([notes.length ? words.notes : "", data.map((one) => this.wordResult(one))]);
    const count = groups.formulas.length + groups.words.length;
    const left = groups.formulas.length > notes.length || groups.words.length > size;
    this.show(shown, count ? words[count === 1 ? "one" : "many"].replace("{count}", count) : words.none, left);
  }

  href(url) {
    return new URL(url.replace(/^\//, ""), this.root).href;
  }

  formulaResult([row, , found]) {
    const [url, title, , , collections] = row, places = new Set();
    const best = found.filter(([score, shown, anchor]) => {
      const key = `${anchor} ${shown}`;
      return score > 0.6 * found[0][0] && !places.has(key) && places.add(key);
    }).slice(0, 3);
    return {
      href: this.href(url + (best[0][2] && `#${encodeURIComponent(best[0][2])}`)), title, place: [this.place(collections)].find((place) => place !== title), snippet: null,
      parts: best.map(([, shown, anchor, place]) => ({
        href: this.href(url + (anchor && `#${encodeURIComponent(anchor)}`)), title: shown, formula: true, place,
      })),
    };
  }

  place(collections) {
    const last = collections?.at?.(-1);
    return (last && this.titles.get(last)) || "";
  }

  wordResult(data) {
    const words = data.content.split(/\s+/), url = address(data.raw_url || data.url);
    const locations = [...new Set(data.locations)].sort((a, b) => a - b);
    const ends = [...data.anchors].sort((a, b) => a.location - b.location), joins = this.text.tight;
    const parts = [];
    ends.forEach((anchor, i) => {
      const to = ends[i + 1]?.location ?? words.length, inside = locations.filter((at) => at >= anchor.location && at < to);
      if (!inside.length) return;
      const weight = data.weighted_locations.filter((one) => one.location >= anchor.location && one.location < to).reduce((sum, one) => sum + one.balanced_score, 0);
      const after = Math.min(to, anchor.location + anchor.text.split(/\s+/).filter(Boolean).length);
      parts.push([weight, {
        href: this.href(`${url.split("#")[0]}#${encodeURIComponent(anchor.id)}`), title: this.text.joined(anchor.text.replace(/\.$/, "")),
        snippet: inside.some((at) => at >= after) ? excerpt(words, locations, after, to, joins, 18) : null,
      }]);
    });
    parts.sort((a, b) => b[0] - a[0]);
    const first = ends[0]?.location ?? words.length;
    const own = locations.some((at) => at < first);
    const held = (data.filters.is || []).filter((one) => one.startsWith("collection:")).map((one) => one.slice("collection:".length));
    const [named, inside = ""] = data.meta.title.split("␟"), heads = this.text.joined(named), place = inside || this.place(held);
    const within = place === heads ? "" : place, skip = Math.min(first, named.split(/\s+/).length);
    return {
      href: this.href(url), title: heads, place: within,
      snippet: own || !parts.length ? excerpt(words, locations, own && locations.some((at) => at >= skip && at < first) ? skip : Math.min(skip, words.length), own ? first : words.length, joins) : null,
      parts: url.includes("#") ? [] : parts.slice(0, 3).map(([, part]) => part),
    };
  }

  show(groups, status, left = false) {
    let count = 0;
    const option = (one, name) => make("a", { role: "option", id: `_found-${count++}`, "aria-selected": "false", className: name, href: one.href, tabIndex: -1 },
      make("span", { className: one.formula ? "search-formula" : "search-title" }, one.title),
      ...(one.place ? [" ", make("span", { className: "search-place" }, one.place)] : []),
      ...(one.snippet?.length ? [make("span", { className: "search-snippet" }, ...one.snippet)] : []));
    this.list.replaceChildren(...groups.map(([label, results], i) => make("div", { role: "group", ...(label ? { "aria-labelledby": `_group-${i}` } : {}) },
      ...(label ? [make("div", { className: "search-group", id: `_group-${i}`, role: "presentation" }, label)] : []),
      ...results.flatMap((one) => [option(one, "search-result"), ...one.parts.map((part) => option(part, "search-part"))]))));
    this.options = [...this.list.querySelectorAll("[role=option]")];
    this.more.hidden = !left;
    this.status.textContent = status;
    this.input.setAttribute("aria-expanded", String(this.options.length > 0));
    this.active = -1;
    this.choose(-1);
  }
}

// A row of a shard with the formulas alone that stand on a line of their own.
const displayed = (row) => {
  const kept = [];
  for (let i = 0; i < row[7].length; i += 4) if (row[7][i + 3]) kept.push(...row[7].slice(i, i + 4));
  return [...row.slice(0, 7), kept];
};

let dialog;

export const open = async (page) => {
  if (page.files["search.css"] && !document.querySelector("link[data-search]")) {
    await new Promise((done) => {
      const link = make("link", { rel: "stylesheet", href: page.files["search.css"], "data-search": "", onload: done, onerror: done });
      document.head.append(link);
    });
  }
  dialog = dialog?.box.isConnected ? dialog : new Dialog(page, await index());
  dialog.open();
};

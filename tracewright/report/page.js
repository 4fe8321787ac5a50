// The list of problems: filters, search, and each problem drawn when it is opened. Data reaches the page as text only
// (textContent, createTextNode, setAttribute), never as markup.
"use strict";
(() => {
  const { items, about, height } = JSON.parse(document.getElementById("data").textContent);
  const $ = (id) => document.getElementById(id);
  const SVG = "http://www.w3.org/2000/svg";
  const BATCH = 60;

  const make = (name, content, kind) => {
    const element = document.createElement(name);
    if (kind) element.className = kind;
    if (content !== undefined && content !== null) {
      for (const part of Array.isArray(content) ? content : [content]) if (part !== null) element.append(part);
    }
    return element;
  };
  const draw = (name, attributes, content) => {
    const element = document.createElementNS(SVG, name);
    for (const key in attributes) element.setAttribute(key, attributes[key]);
    if (content !== undefined) element.textContent = content;
    return element;
  };
  const words = (name) => name.replaceAll("_", " ");
  const plain = (item) => item.question.map((piece) => (Array.isArray(piece) ? piece[0] : piece)).join("");
  const written = (item) => item.text ?? [
    ...(item.steps ?? []).map((line) => line[1])].join("\n");

  // Filters.
  const FIELDS = { split: "All splits", status: "All statuses", error: "All error classes", expert: "All experts" };
  for (const field in FIELDS) {
    const counts = new Map();
    for (const item of items) counts.set(item[field], (counts.get(item[field]) ?? 0) + 1);
    $(field).append(new Option(FIELDS[field], ""));
    for (const [value, count] of counts) $(field).append(new Option(`${words(value)} (${count})`, value));
  }
  const haystacks = new Array(items.length);
  const haystack = (index) => (haystacks[index] ??= `${items[index].id}\n${plain(items[index])}\n${written(items[index])}`.toLowerCase());
  let found = [];
  let shown = 0;
  const filter = () => {
    const terms = $("search").value.toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = Object.keys(FIELDS).map((field) => [field, $(field).value]).filter(([, value]) => value);
    found = [];
    items.forEach((item, index) => {
      if (wanted.every(([field, value]) => item[field] === value) && terms.every((term) => haystack(index).includes(term))) found.push(item);
    });
    shown = 0;
    $("list").replaceChildren();
    $("count").textContent = found.length === items.length ? `${items.length} problems` : `${found.length} of ${items.length} problems`;
    showMore();
  };
  const showMore = () => {
    $("list").append(...found.slice(shown, shown + BATCH).map(row));
    shown = Math.min(found.length, shown + BATCH);
    $("more").hidden = shown >= found.length;
  };

  // One problem.
  const row = (item) => {
    const warn = ["truncated", "empty", "no_gold"].includes(item.error) ? " warn" : "";
    const tag = make("span", words(item.error), `tag ${item.error === "correct" ? "correct" : ""}${warn}`);
    tag.title = about[item.error] ?? "";
    const verdict = item.error === "correct" ? make("b", item.expected)
      : item.answer ? [make("s", item.answer), " \u2192 ", make("b", item.expected)] : [make("s", "no answer"), " \u2192 ", make("b", item.expected)];
    const summary = make("summary", [tag, make("span", plain(item), "preview"), make("span", verdict, "verdict")]);
    const details = make("details", summary, "item");
    details.addEventListener("toggle", () => {
      if (details.open && details.children.length === 1) details.append(body(item));
    });
    return details;
  };
  const body = (item) => {
    const parts = [make("div", [question(item), meta(item)], "full")];
    if (item.fault) parts.push(make("div", fault(item), "full"));
    const left = [heading(item.steps ? "Trace, with the value of each step" : "Completion")];
    left.push(item.steps ? steps(item.steps) : make("pre", written(item) || "(nothing)"));
    if (item.steps && item.text !== undefined) left.push(fold("As the model wrote it", make("pre", item.text)));
    if (item.lints) left.push(make("ul", item.lints.map(([kind, step, message]) => make("li", `step ${step}: ${words(kind)}: ${message}`)), "lints"));
    parts.push(make("div", left));
    parts.push(make("div", item.graph ? [heading("What computes what"), graph(item.graph)] : null));
    if (item.gold) {
      const gold = [steps(item.gold)];
      if (item.error === "correct") parts.push(make("div", fold("Gold trace", gold[0]), "full"));
      else {
        parts.push(make("div", [heading(`Gold trace, answer ${item.expected}`), ...gold]));
        parts.push(make("div", item.gold_graph ? [heading("What should have been computed"), graph(item.gold_graph)] : null));
      }
    }
    if (item.prompt) parts.push(make("div", fold("As the model read the question", make("pre", item.prompt)), "full"));
    if (item.raw) parts.push(make("div", fold("As the model wrote it, names masked", make("pre", item.raw)), "full"));
    if (item.solution) parts.push(make("div", fold("Worked solution", make("pre", item.solution)), "full"));
    const all = make("div", parts, "body");
    link(all);
    return all;
  };
  const heading = (text) => make("h4", text);
  const fold = (title, content) => make("details", [make("summary", title), content]);
  const question = (item) => make("p", item.question.map((piece) => {
    if (!Array.isArray(piece)) return piece;
    const [text, name, value, kind] = piece;
    const mark = make("span", [text, make("sub", name)], "mention");
    mark.title = `${name} = ${value} (${kind})`;
    mark.dataset.number = name;
    return mark;
  }), "question");
  const meta = (item) => {
    const facts = [item.id, item.split, item.expert, words(item.status), `reward ${item.reward ?? 0}`];
    if (item.index) facts.push(`sample ${item.index}`);
    if (item.tokens) facts.push(`${item.tokens} tokens`);
    const lines = [facts.join(" \u00b7 ")];
    if (item.error !== "correct") {
      const said = item.answer ? item.reason[0].toUpperCase() + item.reason.slice(1) : `${item.expected} was expected`;
      lines.push(make("br"), `${about[item.error] ?? ""} ${said}.`);
    }
    return make("p", lines, "meta");
  };
  const fault = (item) => {
    const [kind, step, message, hint] = item.fault;
    const box = make("p", [make("b", words(kind)), step ? ` at step ${step}: ` : ": ", message], "fault");
    if (hint) box.append(make("span", hint));
    if (about[kind]) box.title = about[kind];
    return box;
  };
  const steps = (lines) => make("ol", lines.map(([kind, text, value]) => {
    const source = kind === "s" && /source: (n\d+)\}/.exec(text);
    const line = make("li", [make("code", kind === "h" ? `expert: ${text}` : kind === "n" ? `# ${text}` : text), value === undefined ? null : make("b", value)], kind);
    if (source) line.dataset.number = source[1];
    return line;
  }), "steps");
  const graph = ({ w, h, n, e }) => {
    const svg = draw("svg", { viewBox: `0 0 ${w} ${h}`, width: w, height: h, class: w > 760 ? "large" : "", role: "img", "aria-label": "computation graph" });
    const layer = e.reduce((least, [from, to, ...bends]) => Math.min(least, (n[to][1] - n[from][1]) / (bends.length + 1)), Infinity);
    for (const [from, to, ...bends] of e) {
      let [x, y] = n[from];
      let path = `M${x} ${y + height}`;
      for (const next of [...bends, n[to][0]]) {
        const half = (layer - height) / 2;
        path += `C${x} ${y + height + half} ${next} ${y + layer - half} ${next} ${y + layer}`;
        [x, y] = [next, y + layer];
        path += y < n[to][1] ? `V${y + height}` : "";
      }
      svg.append(draw("path", { class: "edge", d: path }));
    }
    for (const [x, y, width, title, value, name, source, state] of n) {
      const kind = [title ? "made" : source ? "number" : "given", state === "a" ? "answer" : "", state === "u" ? "unused" : ""].join(" ");
      const group = draw("g", { class: kind });
      if (source) group.dataset.number = source;
      group.append(draw("rect", { x: x - width / 2, y, width, height, rx: title ? 8 : height / 2 }));
      const top = title || (source ? `${source}` : "");
      const lines = [top, value, name].filter(Boolean);
      if (lines.length === 3) {
        group.append(draw("text", { x, y: y + 14 }, top), draw("text", { x, y: y + 30, class: "value" }, value), draw("text", { x, y: y + 43 }, name));
      } else {
        group.append(draw("text", { x, y: y + (lines.length === 1 ? 29 : 22), class: "value" }, value));
        if (lines.length === 2) group.append(draw("text", { x, y: y + 37 }, top || name));
      }
      group.append(draw("title", {}, [name, title, value].filter(Boolean).join(" = ")));
      svg.append(group);
    }
    return make("div", svg, "graph");
  };
  // Pointing at a number of the question shows where the trace and the graph use it, and the other way round.
  const link = (box) => {
    const light = (on) => (event) => {
      const name = event.target.closest?.("[data-number]")?.dataset.number;
      if (!name) return;
      for (const element of box.querySelectorAll(`[data-number="${name}"]`)) element.classList.toggle(element.tagName === "LI" ? "touched" : "lit", on);
    };
    box.addEventListener("pointerover", light(true));
    box.addEventListener("pointerout", light(false));
  };

  // Wiring.
  let timer;
  $("search").addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(filter, 120); });
  for (const field in FIELDS) $(field).addEventListener("change", filter);
  $("filters").addEventListener("submit", (event) => event.preventDefault());
  $("filters").addEventListener("reset", () => setTimeout(filter));
  $("more").addEventListener("click", showMore);
  if ("IntersectionObserver" in window) {
    new IntersectionObserver((seen) => { if (seen.some((one) => one.isIntersecting) && !$("more").hidden) showMore(); }, { rootMargin: "600px" }).observe($("more"));
  }
  for (const button of document.querySelectorAll(".error")) {
    button.addEventListener("click", () => {
      $("filters").reset();
      $("split").value = button.dataset.split;
      $("error").value = button.dataset.error;
      filter();
      $("problems").scrollIntoView();
    });
  }
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (document.documentElement.dataset.theme ?? (dark.matches ? "dark" : "light")) === "dark";
  const label = () => { $("theme").textContent = isDark() ? "Light" : "Dark"; };
  $("theme").hidden = false;
  $("theme").addEventListener("click", () => { document.documentElement.dataset.theme = isDark() ? "light" : "dark"; label(); });
  label();
  filter();
})();

// The levels of a line: its cost, IR, assembly, waveform and gates.
import { el, svg, number, share } from "./dom.js";
import { waveOf } from "./data.js";

// causeBar returns a bar that shows how many cycles each cause took.
export function causeBar(m, c, width) {
  const bar = el("span", { class: "stack", style: `width:${(100 * width).toFixed(2)}%` });
  m.data.causes.forEach((name, k) => {
    if (c.c[k]) bar.append(el("i", { class: "cause " + name, style: `flex:${c.c[k]}`, title: `${name}: ${number(c.c[k])}` }));
  });
  return bar;
}

export function levels(page) {
  const { m } = page;
  const { data } = m;
  const c = m.at(page.file, page.line);
  const text = data.files[page.file].text.split("\n")[page.line - 1] ?? "";
  const title = el("h2", {}, el("code", {}, text.trim() || " "), el("small", {}, `${data.files[page.file].name}:${page.line}`));
  const ir = m.ir.get(page.file + ":" + page.line) || [];
  if (!c && !ir.length) return [title, el("p", { class: "quiet" }, "Nothing executes for this line: it declares, or other lines do its work.")];
  return [title, costOf(m, c), irOf(m, ir), assembly(page, c), waveform(page, c), gates(m, c)].filter(Boolean);
}

const section = (id, name, note, ...body) =>
  el("section", { class: "level", id: "level-" + id }, el("h3", {}, name, note ? el("small", {}, note) : null), ...body);

function costOf(m, c) {
  if (!c) return null;
  const parts = m.data.causes.map((name, k) => [name, c.c[k] || 0]).filter((p) => p[1]);
  return section("cost", number(c.cycles) + " cycles", share(c.cycles, m.total.cycles) + " of the run",
    causeBar(m, c, 1),
    el("p", { class: "legend" }, ...parts.map(([name, n]) => el("span", {}, el("i", { class: "cause " + name }), `${name} ${number(n)}`)),
      el("span", {}, `${number(c.n)} instructions`), c.e ? el("span", {}, `${number(c.e)} events`) : null));
}

function irOf(m, rows) {
  if (!rows.length) return null;
  return section("ir", "IR", `${rows.length} after the passes`, el("pre", {}, rows.map((i) => m.data.ir[i].t.replace(/^  /, "")).join("\n")));
}

// assembly lists the instruction words of a line, each with the reason why the core has this instruction.
function assembly(page, c) {
  if (!c) return null;
  const { data } = page.m;
  const rows = c.words.map((i) => {
    const w = data.words[i];
    const why = data.choices[w.k];
    return el("tr", { "data-word": i },
      el("td", { class: "num" }, number(w.c.reduce((a, b) => a + b, 0))),
      el("td", { class: "num quiet" }, number(w.n) + "×"),
      el("td", {}, el("code", {}, w.a)),
      el("td", { class: "why" }, why ? "kept because " + why.reason : ""));
  });
  return section("asm", "Assembly", `${c.words.length} words`,
    el("table", {}, el("thead", {}, el("tr", {}, el("th", { class: "num" }, "cycles"), el("th", {}, "times"), el("th", {}, "instruction"), el("th", {}, "why the core has it"))), el("tbody", {}, ...rows)));
}

const shown = 40; // cycles of the small waveform

// waveform shows the signals of a line, from the cycle in which the line first executes in the window.
function waveform(page, c) {
  if (!c) return null;
  const { data } = page.m;
  const wave = waveOf(page.m);
  const words = new Set(c.words);
  const stays = data.stays.filter((s) => words.has(s[0]));
  const note = `cycles ${number(wave.from)} to ${number(wave.to)}`;
  if (!stays.length) return section("wave", "Waveform", note, el("p", { class: "quiet" }, "The line does not execute in this window (--window chooses another)."));
  const from = Math.max(wave.from, stays[0][1] - 2);
  const to = Math.min(wave.to, from + shown);
  const names = ["retire_valid", "retire_pc", "retire_value", "idle"];
  for (const i of c.words) for (const net of data.choices[data.words[i].k]?.nets ?? []) if (!names.includes(net)) names.push(net);
  const list = names.filter((n) => wave.signals.has(n)).slice(0, 14);
  return section("wave", "Waveform", `${note}; shown ${number(from)} to ${number(to)}`, drawWave(wave, list, from, to, stays));
}

const step = 15;
const high = 20;
const left = 118;

function drawWave(wave, names, from, to, stays) {
  const width = left + (to - from) * step + 4;
  const height = names.length * high + 18;
  const out = svg("svg", { class: "wave", width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": "waveform" });
  const x = (cycle) => left + (cycle - from) * step;
  for (const [, , , execute, end] of stays) {
    const [a, b] = [Math.max(execute, from), Math.min(end + 1, to)];
    if (a < b) out.append(svg("rect", { class: "on", x: x(a), y: 0, width: (b - a) * step, height: height - 16 }));
  }
  names.forEach((name, row) => {
    const y = row * high + 3;
    out.append(svg("text", { x: left - 6, y: y + 11, class: "name" }, name));
    const s = wave.signals.get(name);
    let path = "";
    let begin = from;
    for (let cycle = from; cycle < to; cycle++) {
      const v = wave.value(name, cycle);
      if (s.width === 1) {
        const level = y + (v ? 1 : 13);
        path += (cycle === from ? "M" : "L") + x(cycle) + " " + level + "H" + x(cycle + 1);
        continue;
      }
      if (cycle + 1 === to || wave.value(name, cycle + 1) !== v) {
        bus(out, x(begin), x(cycle + 1), y, v);
        begin = cycle + 1;
      }
    }
    if (path) out.append(svg("path", { class: "bit", d: path }));
  });
  for (let cycle = Math.ceil(from / 10) * 10; cycle < to; cycle += 10) {
    out.append(svg("text", { class: "tick", x: x(cycle), y: height - 3 }, String(cycle)));
  }
  return el("div", { class: "scroll" }, out);
}

function bus(out, a, b, y, v) {
  out.append(svg("path", { class: "bus", d: `M${a + 2} ${y}H${b - 2}L${b} ${y + 7}L${b - 2} ${y + 14}H${a + 2}L${a} ${y + 7}Z` }));
  const text = v.toString(16);
  if (text.length * 6.4 + 6 < b - a) out.append(svg("text", { class: "value", x: (a + b) / 2, y: y + 11 }, text));
}

// gates lists the rows of the design point that a line needs, with their look-up tables and nets.
function gates(m, c) {
  if (!c) return null;
  const { data } = m;
  const used = [...new Set(c.words.map((i) => data.words[i].k))].filter((k) => k >= 0).map((k) => data.choices[k]);
  if (!used.length) return null;
  const rows = used.map((ch) => el("tr", {},
    el("td", {}, el("code", {}, ch.value)), el("td", { class: "num" }, String(ch.tables)),
    el("td", { class: "nets" }, ch.nets.join(" ") || "shared with other lines")));
  return section("gates", "Gates", `of ${number(data.area.luts)} look-up tables`,
    el("table", {}, el("thead", {}, el("tr", {}, el("th", {}, "line"), el("th", { class: "num" }, "tables"), el("th", {}, "nets that are there for it first"))), el("tbody", {}, ...rows)));
}

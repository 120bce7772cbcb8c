// The pipeline in a window of cycles. A row is an instruction, and a column is a cycle.
import { el, svg, number } from "./dom.js";

const step = 16;
const high = 20;
const left = 330;

export function pipelineView(page, root) {
  const { m } = page;
  const { stays, words, files } = m.data;
  if (!stays.length) {
    root.append(el("p", { class: "quiet" }, "No instruction retires in the window; --window chooses another."));
    return {};
  }
  const from = Math.min(...stays.map((s) => s[1]));
  const to = Math.max(...stays.map((s) => s[4])) + 1;
  const width = left + (to - from) * step + 20;
  const height = stays.length * high + 24;
  const x = (cycle) => left + (cycle - from) * step;
  const out = svg("svg", { class: "pipe", width, height, viewBox: `0 0 ${width} ${height}` });
  for (let cycle = Math.ceil(from / 10) * 10; cycle < to; cycle += 10) {
    out.append(svg("line", { class: "grid", x1: x(cycle), x2: x(cycle), y1: 16, y2: height }), svg("text", { class: "tick", x: x(cycle), y: 11 }, String(cycle)));
  }
  stays.forEach(([word, fetch, decode, execute, end], i) => {
    const w = words[word];
    const y = 20 + i * high;
    const where = w.f >= 0 ? `${files[w.f].name.split("/").pop()}:${w.l}` : w.fn;
    const row = svg("g", { class: "stay", "data-word": word, "data-key": w.f + ":" + w.l, onclick: () => w.f >= 0 && page.select(w.f, w.l, "source") },
      svg("rect", { class: "back", x: 0, y, width, height: high }),
      svg("text", { class: "asm", x: 6, y: y + 14 }, w.a.slice(0, 26)),
      svg("text", { class: "where", x: left - 10, y: y + 14 }, where));
    for (const [name, a, b] of [["F", fetch, decode], ["D", decode, execute], ["X", execute, end + 1]]) {
      row.append(svg("rect", { class: "stage " + name, x: x(a) + 0.5, y: y + 2, width: (b - a) * step - 1, height: high - 4, rx: 3 }),
        svg("text", { class: "stage", x: x(a) + step / 2, y: y + 14 }, name));
    }
    out.append(row);
  });
  const note = el("p", { class: "legend" }, ...[["F", "fetch"], ["D", "decode"], ["X", "execution"]].map(([k, name]) => el("span", {}, el("i", { class: "stage " + k }), name)),
    el("span", {}, `${number(stays.length)} instructions, cycles ${number(from)} to ${number(to)}; those of the selected line are marked`));
  root.append(note, el("div", { class: "scroll tall" }, out));
  const rows = [...out.querySelectorAll(".stay")];
  return {
    selected() {
      let first = null;
      for (const row of rows) {
        const on = row.dataset.key === page.file + ":" + page.line;
        row.classList.toggle("chosen", on);
        if (on) first ??= row;
      }
      first?.scrollIntoView({ block: "center", inline: "nearest" });
    },
  };
}

// A sweep: its points in the plane of the first two objectives, and its Pareto front. If a server
// sends the page, the page follows the sweep while it runs.
import { el, svg, clear, number } from "./dom.js";

const W = 760;
const H = 420;
const edge = { left: 76, right: 20, top: 16, bottom: 48 };

// ticks returns some round numbers between two numbers.
function ticks(from, to) {
  const raw = (to - from) / 5 || 1;
  const unit = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((k) => k * unit).find((s) => s >= raw);
  const out = [];
  for (let v = Math.ceil(from / step) * step; v <= to; v += step) out.push(v);
  return out;
}

function range(values) {
  const [a, b] = [Math.min(...values), Math.max(...values)];
  const pad = (b - a) * 0.06 || Math.max(1, a * 0.1);
  return [Math.max(0, a - pad), b + pad];
}

function plot(sweep) {
  const rows = sweep.rows;
  const [x0, x1] = range(rows.map((r) => r.values[0]));
  const [y0, y1] = range(rows.map((r) => r.values[1]));
  const x = (v) => edge.left + ((v - x0) / (x1 - x0)) * (W - edge.left - edge.right);
  const y = (v) => H - edge.bottom - ((v - y0) / (y1 - y0)) * (H - edge.top - edge.bottom);
  const out = svg("svg", { class: "plot", viewBox: `0 0 ${W} ${H}`, width: W, height: H, role: "img", "aria-label": "points of the sweep" });
  for (const v of ticks(x0, x1)) out.append(svg("line", { class: "grid", x1: x(v), x2: x(v), y1: edge.top, y2: H - edge.bottom }), svg("text", { class: "tick", x: x(v), y: H - edge.bottom + 18 }, number(v)));
  for (const v of ticks(y0, y1)) out.append(svg("line", { class: "grid", x1: edge.left, x2: W - edge.right, y1: y(v), y2: y(v) }), svg("text", { class: "tick end", x: edge.left - 8, y: y(v) + 4 }, number(v)));
  out.append(svg("text", { class: "axis", x: (W + edge.left) / 2, y: H - 8 }, sweep.by[0]), svg("text", { class: "axis", transform: `translate(16 ${H / 2}) rotate(-90)` }, sweep.by[1]));
  const programs = [...new Set(rows.map((r) => r.program))];
  programs.forEach((name, k) => {
    const front = rows.filter((r) => r.program === name && r.front).sort((a, b) => a.values[0] - b.values[0]);
    out.append(svg("path", { class: "front s" + (k % 6), d: front.map((r, i) => (i ? "L" : "M") + x(r.values[0]) + " " + y(r.values[1])).join("") }));
  });
  for (const r of rows) {
    out.append(svg("circle", { class: `dot s${programs.indexOf(r.program) % 6}` + (r.front ? " on" : ""), cx: x(r.values[0]), cy: y(r.values[1]), r: r.front ? 5 : 3.5 },
      svg("title", {}, `${r.program}: ${r.point}\n${sweep.by.map((o, i) => `${o} ${number(r.values[i])}`).join(", ")}`)));
  }
  const names = el("p", { class: "legend" }, ...programs.map((p, k) => el("span", {}, el("i", { class: "series s" + (k % 6) }), p)), el("span", {}, "large dots: no other point beats them"));
  return [names, el("div", { class: "scroll" }, out)];
}

export function sweepView(page, root) {
  const draw = () => {
    clear(root);
    const { sweep } = page.m.data;
    if (!sweep) {
      root.append(el("p", { class: "quiet" }, "This report shows no sweep; report --sweep DIR adds one that sinter explore made."));
      return;
    }
    root.append(el("p", { id: "progress" }, el("strong", {}, `${sweep.rows.length} of ${sweep.points}`), " points are measured.", el("progress", { max: sweep.points, value: sweep.rows.length })));
    if (!sweep.rows.length) return;
    const front = sweep.rows.filter((r) => r.front).sort((a, b) => a.program.localeCompare(b.program) || a.values[0] - b.values[0]);
    root.append(...plot(sweep), el("h3", {}, "The front"),
      el("table", {}, el("thead", {}, el("tr", {}, el("th", {}, "program"), ...sweep.by.map((o) => el("th", { class: "num" }, o)), el("th", {}, "point"))),
        el("tbody", {}, ...front.map((r) => el("tr", {}, el("td", {}, r.program), ...r.values.map((v) => el("td", { class: "num" }, number(v))), el("td", {}, r.point))))));
  };
  return { selected: draw };
}

// follow asks the server for the sweep from time to time. A page in a file has no server.
export function follow(page, changed) {
  const every = +(document.querySelector("meta[name=live]")?.content ?? 0);
  if (!every) return;
  setInterval(async () => {
    const answer = await fetch("sweep.json").catch(() => null);
    if (!answer?.ok) return;
    const sweep = await answer.json();
    if (JSON.stringify(sweep) === JSON.stringify(page.m.data.sweep)) return;
    page.m.data.sweep = sweep;
    changed();
  }, every);
}

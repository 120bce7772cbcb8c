// The block diagram: devices, tasks, channels.
import { el, svg, number, share } from "./dom.js";

const W = 168;
const H = 56;
const GAP = 96;

// columns gives each task a column. A task is to the right of the earlier tasks that send to it.
function columns(tasks, channels) {
  const at = tasks.map(() => 0);
  for (let round = 0; round < tasks.length; round++) {
    for (const c of channels) {
      if (c.writer >= 0 && c.reader >= 0 && c.writer < c.reader) at[c.reader] = Math.max(at[c.reader], at[c.writer] + 1);
    }
  }
  return at;
}

export function systemView(page, root) {
  const { m } = page;
  const { tasks, channels, devices } = m.data.system;
  const column = columns(tasks, channels);
  const wide = Math.max(0, ...column);
  const rows = new Map();
  const place = (col) => {
    const row = rows.get(col) ?? 0;
    rows.set(col, row + 1);
    return { x: 20 + col * (W + GAP), y: 20 + row * (H + 34) };
  };
  const taskAt = tasks.map((_, i) => place(column[i] + 1));
  const deviceAt = devices.map((d) => place(d.rx ? 0 : wide + 2));
  const all = [...taskAt, ...deviceAt];
  const width = Math.max(...all.map((p) => p.x)) + W + 20;
  const height = Math.max(...all.map((p) => p.y)) + H + 24;
  const out = svg("svg", { class: "system", width, height, viewBox: `0 0 ${width} ${height}` },
    svg("defs", {}, svg("marker", { id: "arrow", viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto-start-reverse" }, svg("path", { d: "M0 0L8 4L0 8Z" }))));
  const pairs = new Map();
  const wire = (from, to, label, kind, both) => {
    const key = [from.x, from.y, to.x, to.y].join();
    const n = pairs.get(key) ?? 0;
    pairs.set(key, n + 1);
    const back = to.x <= from.x;
    const a = { x: from.x + (back ? W / 2 : W), y: from.y + (back ? H : H / 2) };
    const b = { x: to.x + (back ? W / 2 : 0), y: to.y + (back ? H : H / 2) };
    const d = back ? `M${a.x} ${a.y}C${a.x} ${a.y + 34} ${b.x} ${b.y + 34} ${b.x} ${b.y}` : `M${a.x} ${a.y}C${a.x + 44} ${a.y} ${b.x - 44} ${b.y} ${b.x} ${b.y}`;
    out.append(svg("path", { class: "wire " + kind, d, "marker-end": "url(#arrow)", "marker-start": both ? "url(#arrow)" : undefined }));
    const y = (a.y + b.y) / 2 + (back ? 30 : -7) + 14 * n;
    out.append(svg("text", { class: "label", x: (a.x + b.x) / 2, y }, label));
  };
  devices.forEach((d, i) => {
    if (d.task < 0) return;
    const [from, to] = d.rx ? [deviceAt[i], taskAt[d.task]] : [taskAt[d.task], deviceAt[i]];
    wire(from, to, d.rx && d.tx ? "in, out" : d.rx ? "in" : "out", "device", d.rx && d.tx);
  });
  channels.forEach((c) => {
    if (c.writer >= 0 && c.reader >= 0) wire(taskAt[c.writer], taskAt[c.reader], `${c.name}: ${c.type}, ${c.cap}`, "chan");
  });
  const box = (at, kind, title, note, click) => {
    const g = svg("g", { class: "box " + kind, transform: `translate(${at.x} ${at.y})`, tabindex: click ? 0 : undefined, role: click ? "button" : undefined, onclick: click, onkeydown: (e) => e.key === "Enter" && click?.() },
      svg("rect", { width: W, height: H, rx: 8 }), svg("text", { x: W / 2, y: 24 }, title), svg("text", { class: "note", x: W / 2, y: 42 }, note));
    out.append(g);
  };
  devices.forEach((d, i) => box(deviceAt[i], "dev", d.name, d.kind));
  tasks.forEach((t, i) => box(taskAt[i], t.service ? "task service" : "task", t.name,
    `${number(t.cycles)} cycles, ${share(t.cycles, m.total.cycles)}`, () => page.select(t.f, t.l, "source")));
  root.append(el("p", { class: "quiet" }, "A channel says its type and how many elements it holds. A click on a task shows its source."), el("div", { class: "scroll" }, out));
  return {};
}

// The page of a report. All views show the same data and the same selected line, and share the keys.
import { load, model } from "./data.js";
import { el, clear } from "./dom.js";
import { sourceView } from "./source.js";
import { systemView } from "./system.js";
import { pipelineView } from "./pipeline.js";
import { verifyView } from "./verify.js";
import { sweepView, follow } from "./sweep.js";

const began = performance.now();

const views = [
  ["source", "Source", sourceView],
  ["system", "System", systemView],
  ["pipeline", "Pipeline", pipelineView],
  ["verify", "Verification", verifyView],
  ["sweep", "Sweep", sweepView],
];

// page holds the state that the views share: the data, the selection, and functions that change it.
const page = {
  m: null,
  view: "source",
  file: 0,
  line: 0,
  // select selects a line, and shows it in the named view, or else in the current view.
  select(file, line, view) {
    page.file = file;
    page.line = line;
    if (view) page.show(view);
    else views.find((v) => v[0] === page.view)[3]?.selected?.();
  },
  show(name) {
    page.view = name;
    for (const v of views) {
      const on = v[0] === name;
      v[4].setAttribute("aria-selected", on);
      v[4].tabIndex = on ? 0 : -1;
      v[5].hidden = !on;
      if (!on) continue;
      if (!v[3]) v[3] = v[2](page, v[5]);
      v[3].selected?.();
    }
  },
};

function header(m) {
  const d = m.data;
  const cpi = m.total.n ? (m.total.cycles / m.total.n).toFixed(2) : "-";
  const figures = [
    ["cycles", d.cycles.toLocaleString("en")],
    ["cycles an instruction", cpi],
    ["LUTs", d.area.luts.toLocaleString("en")],
    ["flip-flops", d.area.ffs.toLocaleString("en")],
    ["depth", d.area.depth],
    ["run", d.status],
  ];
  const bar = el("header", {},
    el("h1", {}, d.program, el("small", {}, "core " + d.core)),
    el("dl", { class: "figures" }, ...figures.map(([k, v]) => el("div", {}, el("dd", {}, String(v)), el("dt", {}, k)))),
    el("span", { class: "grow" }),
    el("button", { id: "theme", title: "Dark or light (t)", "aria-label": "Dark or light", onclick: theme }, "◐"),
    el("button", { id: "keys", title: "Keys (?)", "aria-label": "Keys", onclick: keys }, "?"));
  const tabs = el("nav", { role: "tablist" });
  views.forEach((v, i) => {
    const tab = el("button", { role: "tab", id: "tab-" + v[0], "aria-controls": "view-" + v[0], onclick: () => page.show(v[0]) },
      v[1], el("kbd", {}, String(i + 1)));
    v[4] = tab;
    tabs.append(tab);
  });
  return [bar, tabs];
}

function theme() {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
}

function keys() {
  const dialog = document.getElementById("help");
  dialog.open ? dialog.close() : dialog.showModal();
}

function help() {
  const rows = [
    ["1 to 5", "views"], ["j k, arrows", "next line, line before"], ["n p", "next costly line, costly line before"],
    ["f", "next file"], ["t", "dark or light"], ["?", "this list"],
  ];
  return el("dialog", { id: "help" }, el("h2", {}, "Keys"),
    el("table", {}, ...rows.map(([k, what]) => el("tr", {}, el("td", {}, el("kbd", {}, k)), el("td", {}, what)))),
    el("form", { method: "dialog" }, el("button", {}, "Close")));
}

// keyboard maps the keys of all views. A view may have additional keys.
function keyboard(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
  const at = "12345".indexOf(event.key);
  if (at >= 0 && event.key !== "") page.show(views[at][0]);
  else if (event.key === "t") theme();
  else if (event.key === "?") keys();
  else if (!views.find((v) => v[0] === page.view)[3]?.key?.(event.key)) return;
  event.preventDefault();
}

async function start() {
  const m = model(await load());
  page.m = m;
  document.title = m.data.program + " - Sinter";
  const root = clear(document.body);
  root.append(...header(m));
  for (const v of views) {
    v[5] = el("main", { id: "view-" + v[0], role: "tabpanel", "aria-labelledby": "tab-" + v[0], hidden: true });
    root.append(v[5]);
  }
  root.append(help());
  const hot = m.hottest[0];
  if (hot) [page.file, page.line] = [hot.file, hot.line];
  page.show("source");
  document.addEventListener("keydown", keyboard);
  follow(page, () => { if (page.view === "sweep") page.show("sweep"); });
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  document.body.dataset.ready = Math.round(performance.now() - began);
}

start().catch((error) => {
  document.body.textContent = "This page could not be shown: " + error.message;
  document.body.dataset.failed = error.message;
});

// The source with the cost of each line. Beside it are the levels of the selected line.
import { el, clear, number } from "./dom.js";
import { levels, causeBar } from "./levels.js";

const token = /(\/\/.*)|("(?:[^"\\]|\\.)*")|\b(task|fn|system|struct|enum|layout|const|config|use|test|if|else|for|in|loop|while|match|return|break|continue|let|var|chan|run|select|on|every|after|assert|expect|max|cap|out|inout|and|or|not|as|with|timed|budget|true|false|none|start)\b|\b(0x[0-9a-f_]+|\d[\d_]*(?:us|ms|s)?)\b/gi;
const kinds = [null, "c", "s", "k", "d"];

// code returns a source line with its words in colour.
function code(text) {
  const out = el("code");
  let from = 0;
  for (const hit of text.matchAll(token)) {
    out.append(text.slice(from, hit.index));
    const kind = kinds[[1, 2, 3, 4].find((k) => hit[k] !== undefined)];
    out.append(el("span", { class: "t" + kind }, hit[0]));
    from = hit.index + hit[0].length;
  }
  out.append(text.slice(from));
  return out;
}

const around = 100; // lines before and after the selected one
const piece = 250;

export function sourceView(page, root) {
  const { m } = page;
  const files = m.data.files.map((f, i) => i).filter((i) => m.data.files[i].own || m.fileCost[i] > 0);
  const list = el("div", { class: "lines", role: "listbox", tabindex: 0, "aria-label": "Lines" });
  const detail = el("aside", { class: "detail", "aria-live": "polite" });
  const picker = el("select", { id: "file", "aria-label": "File", onchange: () => page.select(+picker.value, 1) });
  for (const i of files) {
    const f = m.data.files[i];
    picker.append(el("option", { value: i }, f.name.split("/").pop() + (m.fileCost[i] ? " (" + number(m.fileCost[i]) + " cycles)" : "")));
  }
  root.append(el("section", { class: "code" }, el("div", { class: "bar" }, picker, legend(m)), list), detail);
  let shown = -1;
  let chosen = null;

  function draw(file) {
    shown = file;
    picker.value = file;
    chosen = null;
    const text = m.data.files[file].text.replace(/\n$/, "").split("\n");
    const rows = text.map((_, i) => el("div", { class: "line" + (m.at(file, i + 1) ? "" : " none"), role: "option", "data-line": i + 1 }));
    clear(list).append(...rows);
    const fill = (from, to) => {
      for (let i = Math.max(0, from); i < Math.min(to, rows.length); i++) {
        if (rows[i].firstChild) continue;
        const c = m.at(file, i + 1);
        rows[i].append(el("span", { class: "no" }, String(i + 1)),
          el("span", { class: "cost" }, c && c.cycles ? number(c.cycles) : ""),
          el("span", { class: "heat" }, c && c.cycles ? causeBar(m, c, c.cycles / m.most) : null),
          code(text[i]));
      }
    };
    fill(page.line - around, page.line + around); // what is looked at first; the rest follows in pieces
    const rest = (from) => {
      if (shown !== file || from >= rows.length) return;
      fill(from, from + piece);
      setTimeout(() => rest(from + piece));
    };
    setTimeout(() => rest(0), 30);
  }

  function selected() {
    if (shown !== page.file) draw(page.file);
    chosen?.setAttribute("aria-selected", false);
    chosen = list.children[page.line - 1] || null;
    chosen?.setAttribute("aria-selected", true);
    chosen?.scrollIntoView({ block: "nearest" });
    clear(detail).append(...levels(page));
  }

  list.addEventListener("click", (event) => {
    const row = event.target.closest(".line");
    if (row) page.select(shown, +row.dataset.line);
  });

  const hot = (step) => {
    const at = m.hottest.findIndex((h) => h.file === page.file && h.line === page.line);
    const to = m.hottest[at < 0 ? 0 : Math.max(0, Math.min(m.hottest.length - 1, at + step))];
    if (to) page.select(to.file, to.line);
  };
  const move = (step) => page.select(page.file, Math.max(1, Math.min(list.children.length, page.line + step)));
  const by = {
    j: () => move(1), ArrowDown: () => move(1), k: () => move(-1), ArrowUp: () => move(-1), n: () => hot(1), p: () => hot(-1),
    f: () => page.select(files[(files.indexOf(page.file) + 1) % files.length], 1),
  };
  return { selected, key: (key) => by[key] && (by[key](), true) };
}

function legend(m) {
  const used = m.data.causes.filter((_, k) => m.total.c[k]);
  return el("span", { class: "legend" }, ...used.map((c) => el("span", {}, el("i", { class: "cause " + c }), c)));
}

// This file reads the data of a page. From the data it computes the cost of each line and the levels of a line.

// load unpacks the data that the tool has put into the page.
export async function load() {
  const text = atob(document.getElementById("data").textContent.trim());
  const bytes = Uint8Array.from(text, (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).json();
}

const cost = () => ({ n: 0, e: 0, cycles: 0, c: [], words: [] });

function add(to, word, index) {
  to.n += word.n;
  to.e += word.e;
  word.c.forEach((v, k) => {
    to.c[k] = (to.c[k] || 0) + v;
    to.cycles += v;
  });
  to.words.push(index);
}

export function model(data) {
  const m = { data, lines: new Map(), ir: new Map(), total: cost(), fileCost: data.files.map(() => 0) };
  data.words.forEach((w, i) => {
    add(m.total, w, i);
    if (w.f < 0) return;
    const key = w.f + ":" + w.l;
    if (!m.lines.has(key)) m.lines.set(key, cost());
    add(m.lines.get(key), w, i);
    m.fileCost[w.f] += w.c.reduce((a, b) => a + b, 0);
  });
  data.ir.forEach((row, i) => {
    if (row.f < 0) return;
    const key = row.f + ":" + row.l;
    if (!m.ir.has(key)) m.ir.set(key, []);
    m.ir.get(key).push(i);
  });
  m.hottest = [...m.lines].map(([key, c]) => ({ file: +key.split(":")[0], line: +key.split(":")[1], cycles: c.cycles }))
    .filter((h) => h.cycles > 0).sort((a, b) => b.cycles - a.cycles || a.file - b.file || a.line - b.line);
  m.most = m.hottest.length ? m.hottest[0].cycles : 1;
  m.at = (file, line) => m.lines.get(file + ":" + line);
  return m;
}

// Wave is a value change dump. It is parsed when a view first needs it.
export class Wave {
  constructor(text) {
    this.signals = new Map();
    const codes = new Map();
    const scope = [];
    let now = 0;
    let last = 0;
    for (const line of text.split("\n")) {
      const first = line[0];
      if (first === "$") {
        const f = line.split(" ");
        if (f[0] === "$scope") scope.push(f[2]);
        else if (f[0] === "$upscope") scope.pop();
        else if (f[0] === "$var") {
          const s = { width: +f[2], at: [], to: [] };
          codes.set(f[3], s);
          this.signals.set([...scope.slice(1), f[4]].join("."), s);
        }
      } else if (first === "#") {
        now = Math.floor(+line.slice(1) / 10);
        this.from ??= now;
        last = now;
      } else if (line) {
        const [value, code] = first === "b" ? line.slice(1).split(" ") : [first, line.slice(1)];
        const s = codes.get(code);
        if (s) {
          s.at.push(now);
          s.to.push(BigInt("0b" + value));
        }
      }
    }
    this.to = last;
  }
  // value returns the value of a signal in a cycle.
  value(name, cycle) {
    const s = this.signals.get(name);
    let lo = 0;
    let hi = s.at.length;
    while (lo < hi) {
      const mid = (lo + hi) >> 1;
      if (s.at[mid] <= cycle) lo = mid + 1;
      else hi = mid;
    }
    return lo ? s.to[lo - 1] : 0n;
  }
}

let wave = null;
export const waveOf = (m) => (wave ??= new Wave(m.data.wave));

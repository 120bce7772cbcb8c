// The table of the verification. It has a row for each level and check, which says what the check covers.
import { el, number } from "./dom.js";

const good = ["equal", "proved", "tested"];

export function verifyView(page, root) {
  const rows = page.m.data.verify;
  if (!rows.length) {
    root.append(el("p", { class: "quiet" }, "This report was made without verification; leave --checks none away."));
    return {};
  }
  const bad = rows.filter((r) => r.status === "different").length;
  const open = rows.filter((r) => !good.includes(r.status) && r.status !== "different").length;
  root.append(el("p", {}, el("strong", {}, bad ? `${bad} rows differ.` : "No row differs."), ` ${rows.length} rows, ${open} without a result.`),
    el("table", { class: "matrix" },
      el("thead", {}, el("tr", {}, ...["level", "core", "check", "status", "n", "what the row covers", "detail"].map((h) => el("th", { class: h === "n" ? "num" : undefined }, h)))),
      el("tbody", {}, ...rows.map((r) => el("tr", {},
        el("td", {}, r.level), el("td", {}, r.core), el("td", {}, r.check),
        el("td", {}, el("span", { class: "badge " + (r.status === "different" ? "bad" : good.includes(r.status) ? "good" : "open") }, r.status)),
        el("td", { class: "num" }, number(r.n)), el("td", {}, r.covers), el("td", { class: "quiet" }, r.detail))))));
  return {};
}

// The same data as a table: what the map shows by place is read here line by line, with the same filters.
const PAGE_ROWS = 200;
let rowsShown = PAGE_ROWS;
const cell = (text, figure) => el("td", figure ? { class: "chiffre", text: text } : {}, figure ? null : bdi(text || "–"));
const header = (labels) => el("thead", {}, el("tr", {}, ...labels.map(([text, figure]) => el("th", { scope: "col", class: figure ? "chiffre" : false, text: text }))));
const see = (name, go) => el("th", { scope: "row" }, el("button", { type: "button", class: "nom", "aria-label": fill(M.see, { name: name }), on: { click: () => { if (window.innerWidth < 800) showTable(false); go(); } } }, bdi(name)));

function quarterTable() {
  const item = DATA.ecarts.items[state.item], labels = [[M.name], [M.code], [M.commune], [M.dwellings, 1], [M.colour_abatement, 1], [M.states], [M.colour_spent, 1]];
  if (item) labels.push([M.gap + ", " + item.lib + ", " + DATA.ecarts.vagues[state.wave], 1], [M.interval], ["n", 1], [M.verdict]);
  const body = el("tbody", {});
  const rows = quarters.map((q) => [q.code, q]);
  for (const [code, q] of rows) {
    const line_ = el("tr", {}, see(q.nom, () => openQuarter(q)), cell(q.code), cell(q.com), cell(number(q.log), 1), cell(euros(q.abl), 1), cell(q.eta), cell(euros(q.vll), 1));
    if (item) line_.append(...gapCells(code));
    body.append(line_);
  }
  if (item && gapOf("total")) body.append(el("tr", {}, el("th", { scope: "row", text: M.scope_total }), cell(""), cell(""), cell("", 1), cell("", 1), cell(""), cell("", 1), ...gapCells("total")));
  return el("table", { id: "t-quartiers" }, el("caption", { text: M.table_quarters }), header(labels), titled(body, labels));
}
// On a phone each line is a card, whose cells bear their title.
function titled(body, labels) {
  for (const line_ of body.rows) [...line_.cells].forEach((one, i) => { one.dataset.titre = labels[i][0]; });
  return body;
}
function gapCells(code) {
  const g = gapOf(code);
  if (!g) return [cell("–", 1), cell(""), cell("–", 1), cell("")];
  const between = g.gap === null ? "" : fill(M.between, { a: number(g.low * 100, 1, true), b: number(g.high * 100, 1, true) });
  return [cell(g.gap === null ? "–" : points(g.gap), 1), cell(between), cell(number(g.n), 1), cell(verdictWords(g.verdict) + (g.weak ? " (" + g.weak + ")" : ""))];
}
function residenceTable() {
  const shown = residences.filter((r) => r.shown), body = el("tbody", {});
  for (const r of shown.slice(0, rowsShown)) {
    body.append(el("tr", {}, see(r.name, () => openResidence(r)), cell(r.id), cell(r.bailleur), cell(r.commune), cell(r.address), cell(sideOf(r)), cell(r.qpv),
      cell(number(r.dwellings), 1), cell(r.distance === null ? "–" : number(r.distance) + THIN + "m", 1), cell(r.reason)));
  }
  const labels = [[M.name], [M.code], [M.bailleur], [M.commune], [M.address], [M.status], ["QPV"], [M.dwellings, 1], ["distance", 1], [M.reason]];
  const parts = [el("table", { id: "t-residences" }, el("caption", { text: M.table_residences + " : " + fill(M.shown, { n: number(shown.length), total: number(residences.length) }) }), header(labels), titled(body, labels))];
  if (shown.length > rowsShown) parts.push(el("button", { type: "button", id: "b-plus", text: M.table_more, on: { click: () => { rowsShown += PAGE_ROWS; refreshTable(); } } }));
  return parts;
}
function refreshTable() {
  const box = byId("tableau");
  if (box.hidden) return;
  const close = el("button", { type: "button", class: "fermer", text: M.table_close, on: { click: () => { showTable(false); byId("b-tableau").focus(); } } });
  const scroll = (id, ...parts) => el("div", { class: "defile", tabindex: "0", role: "region", "aria-label": id }, ...parts);
  box.replaceChildren(close, scroll(M.table_quarters, quarterTable()), scroll(M.table_residences, ...residenceTable()));
}
function showTable(on) {
  const box = byId("tableau");
  box.hidden = !on;
  byId("b-tableau").setAttribute("aria-expanded", String(on));
  document.body.classList.toggle("avec-tableau", on);
  refreshTable();
  map.invalidateSize({ animate: false });
  if (on) box.focus();
}

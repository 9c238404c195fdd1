// Reads the page's data block, writes numbers as in France, makes elements from plain text only.
const map = window.tfpbMap;
const tiles = window.tfpbTiles || null;
const DATA = JSON.parse(document.getElementById("donnees").textContent);
const M = DATA.mots, META = DATA.meta, COLOUR = DATA.couleurs;
const THIN = "\u202f";
const state = { bailleur: "", commune: "", status: "", theme: "", item: 0, wave: 0, colour: "none" };

const byId = (id) => document.getElementById(id);

// Every text of a file goes through here: a text node, never markup. bdi keeps direction marks inside.
function el(tag, options, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(options || {})) {
    if (key === "text") node.textContent = value;
    else if (key === "on") for (const [name, run] of Object.entries(value)) node.addEventListener(name, run);
    else if (value === true) node.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(key, value);
  }
  for (const child of children) if (child !== null) node.append(child);
  return node;
}
const bdi = (text) => el("bdi", { text: text });
const fill = (template, values) => template.replace(/\{(\w+)\}/g, (_, key) => String(values[key]));

function number(value, decimals, sign) {
  if (value === null || value === undefined) return "–";
  const text = Math.abs(value).toLocaleString("fr-FR", { minimumFractionDigits: decimals || 0, maximumFractionDigits: decimals || 0 });
  const zero = !/[1-9]/.test(text);
  return (value < 0 && !zero ? "−" : sign && !zero ? "+" : "") + text.replace(/[\u00a0 ]/g, THIN);
}
const euros = (value) => (value === null || value === undefined ? M.unknown : number(value) + THIN + "€");
function points(gap) {
  const shown = Math.round(Math.abs(gap) * 1000) / 10;
  const whole = Math.round(gap * 1e6) % 1e4 === 0; // released to the point
  return number(gap * 100, whole ? 0 : 1, true) + THIN + (shown >= 2 ? "points" : "point");
}
const count = (n, word) => number(n) + " " + word + (n >= 2 ? "s" : "");

// Same folding as the rest of the house: no accent, no case, no punctuation.
function fold(text) {
  return text.replace(/[œŒ]/g, "oe").replace(/[æÆ]/g, "ae").normalize("NFKD").replace(/[\u0300-\u036f]/g, "")
    .toLowerCase().replace(/[^a-z0-9]+/g, " ").trim();
}

// Lines are written as a first point and differences, in hundred-thousandths of a degree.
function line(flat) {
  const out = new Array(flat.length / 2);
  let x = 0, y = 0;
  for (let i = 0; i < flat.length; i += 2) {
    x += flat[i];
    y += flat[i + 1];
    out[i / 2] = L.latLng(y / 1e5, x / 1e5);
  }
  return out;
}

function readResidences(r) {
  const pick = (column, i) => column.v[column.i[i]];
  return r.id.map((id, i) => ({
    id: id, name: r.nom[i] || id, address: r.adr[i], bailleur: pick(r.bai, i), commune: pick(r.com, i),
    status: pick(r.sta, i), qpv: pick(r.qpv, i), reason: pick(r.mot, i), doubts: r.dou[i] || [], dwellings: r.log[i], drawn: r.des[i], undrawn: r.non[i] || 0, distance: r.dis[i], cut: r.cou[i] === 1,
    acquired: r.acq ? r.acq[i] : null, toClaim: r.rec ? r.rec[i] : null, atRisk: r.ris ? r.ris[i] : null, notice: r.avi ? pick(r.avi, i) : null,
    at: r.x[i] === null || r.y[i] === null ? null : L.latLng(r.y[i] / 1e5, r.x[i] / 1e5), marker: null, shown: true,
  }));
}
function readQuarters(list) {
  return list.map((q) => ({ ...q, shape: q.geo.map((polygon) => polygon.map(line)), label: line(q.nomme || [])[0] }));
}
const residences = readResidences(DATA.residences);
const quarters = readQuarters(DATA.qpv);
const oldQuarters = readQuarters(DATA.ancien);
const quarterByCode = new Map(quarters.map((q) => [q.code, q]));
const residenceById = new Map(residences.map((r) => [r.id, r]));

const gapRows = new Map();
for (const row of DATA.ecarts.lignes) {
  gapRows.set(row[0] + "|" + row[1] + "|" + row[2], {
    gap: row[3], low: row[4], high: row[5], n: row[6], verdict: row[7], words: row[8], weak: row[9],
  });
}
const gapOf = (code) => gapRows.get(code + "|" + state.wave + "|" + state.item) || null;
const verdictWords = (code) => {
  const known = DATA.verdicts[code];
  return known ? known.signe + "\u00a0" + known.mot : code;
};
const signOf = (code) => (DATA.verdicts[code] ? DATA.verdicts[code].signe : "");
state.wave = Math.max(0, DATA.ecarts.vagues.length - 1);

// Search by résidence, street or quarter, blind to accents; arrows and Enter as in any list of choices.
const entries = [];
function buildEntries() {
  for (const q of quarters) entries.push({ kind: M.quarter, name: q.nom, more: q.code + (q.com ? " · " + q.com : ""), key: fold(q.nom + " " + q.code), go: () => openQuarter(q) });
  for (const r of residences) entries.push({ kind: M.residence, name: r.name, more: r.address + " · " + r.commune, key: fold(r.name + " " + r.id + " " + r.address), go: () => openResidence(r) });
  const seen = new Map();
  for (const s of streets) {
    const id = s.name + "|" + s.commune;
    if (!seen.has(id)) {
      seen.set(id, []);
      entries.push({ kind: M.street, name: s.name, more: s.commune, key: fold(s.name), go: () => openStreet(s.name, seen.get(id)) });
    }
    seen.get(id).push(s.line);
  }
}
function find(text) {
  const words = fold(text).split(" ").filter(Boolean);
  if (!words.length) return [];
  const out = [];
  for (const e of entries) {
    if (!words.every((w) => e.key.includes(w))) continue;
    const first = e.key.indexOf(words[0]);
    out.push([first === 0 ? 0 : e.key[first - 1] === " " ? 1 : 2, e]);
  }
  // entries stand in order (quarters, résidences, streets) and the sort keeps it
  return out.sort((a, b) => a[0] - b[0]).map((pair) => pair[1]);
}

const input = byId("q"), results = byId("resultats");
let found = [], active = -1;
function closeResults() {
  results.hidden = true;
  input.setAttribute("aria-expanded", "false");
  input.removeAttribute("aria-activedescendant");
  active = -1;
}
function mark(index) {
  active = index;
  [...results.children].forEach((li, i) => li.setAttribute("aria-selected", String(i === index)));
  if (index >= 0) {
    input.setAttribute("aria-activedescendant", "r-" + index);
    results.children[index].scrollIntoView({ block: "nearest" });
  }
}
function choose(index) {
  if (!found[index]) return;
  const entry = found[index];
  closeResults();
  entry.go();
}
input.addEventListener("input", () => {
  const all = find(input.value);
  found = all.slice(0, 30);
  if (!fold(input.value)) return closeResults();
  results.replaceChildren(...found.map((e, i) => el("li", { id: "r-" + i, role: "option", "aria-selected": "false", on: { mousedown: (event) => { event.preventDefault(); choose(i); } } },
    el("strong", {}, bdi(e.name)), " ", el("span", { class: "genre", text: e.kind }), el("br", {}), el("span", { class: "plus" }, bdi(e.more)))));
  if (!found.length) results.replaceChildren(el("li", { role: "option", "aria-selected": "false", "aria-disabled": "true", text: M.search_none }));
  results.hidden = false;
  input.setAttribute("aria-expanded", "true");
  byId("annonce").textContent = found.length ? fill(M.search_count, { n: number(all.length) }) : M.search_none;
  active = -1;
});
input.addEventListener("keydown", (event) => {
  if (event.key === "Escape") closeResults();
  if (results.hidden || !found.length) return;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    mark((active + (event.key === "ArrowDown" ? 1 : found.length - 1 + (active < 0 ? 1 : 0))) % found.length);
  }
  if (event.key === "Enter") choose(active < 0 ? 0 : active);
});
input.addEventListener("blur", closeResults);

function remember(hash) {
  if (location.hash !== hash) history.replaceState(null, "", hash);
}
function openQuarter(q) {
  if (!q.layer) return;
  if (!map.hasLayer(quarterGroup)) toggle(quarterGroup, true);
  map.fitBounds(q.box.pad(0.25), { animate: false });
  openCard(() => quarterCard(q), q.label);
  remember("#qpv=" + encodeURIComponent(q.code));
}
function openResidence(r) {
  if (!r.shown) {
    state.bailleur = state.commune = state.status = "";
    for (const id of ["f-bailleur", "f-commune", "f-statut"]) byId(id).value = "";
    showDoubts(false);
  }
  remember("#residence=" + encodeURIComponent(r.id));
  if (!r.marker) return openCard(() => residenceCard(r), null);
  if (!map.hasLayer(residenceGroup)) toggle(residenceGroup, true);
  map.setView(r.at, Math.max(map.getZoom(), 17), { animate: false });
  openCard(() => residenceCard(r), r.at);
}
let lit = null;
function openStreet(name, lines) {
  if (lit) lit.remove();
  lit = L.polyline(lines, { ...drawn, interactive: false, color: COLOUR.a_verifier, weight: 5, opacity: 0.75 }).addTo(map);
  map.fitBounds(lit.getBounds().pad(0.3), { animate: false, maxZoom: 17 });
  byId("annonce").textContent = name;
}

// Quarters and résidences: how they look, what their card says.
map.createPane("donnees").style.zIndex = 420;
const dataCanvas = L.canvas({ pane: "donnees", padding: 0.3, tolerance: 5 });
const drawn = { renderer: dataCanvas, pane: "donnees" };

// A diamond for Leaflet's canvas: doubts differ by shape, not by colour alone.
L.Canvas.include({
  _updateDiamond: function (layer) {
    if (!this._drawing || layer._empty()) return;
    const p = layer._point, pen = this._ctx, r = layer._radius * 1.25;
    pen.beginPath();
    pen.moveTo(p.x, p.y - r);
    pen.lineTo(p.x + r, p.y);
    pen.lineTo(p.x, p.y + r);
    pen.lineTo(p.x - r, p.y);
    pen.closePath();
    this._fillStroke(pen, layer);
  },
});
// A disc half filled for a résidence that the limit cuts.
L.Canvas.include({
  _updateHalf: function (layer) {
    this._updateCircle(layer);
    if (!this._drawing || layer._empty()) return;
    const p = layer._point, pen = this._ctx;
    pen.beginPath();
    pen.arc(p.x, p.y, layer._radius, Math.PI / 2, -Math.PI / 2);
    pen.closePath();
    pen.globalAlpha = 1;
    pen.fillStyle = COLOUR.dans;
    pen.fill();
  },
});
const Half = L.CircleMarker.extend({ _updatePath: function () { this._renderer._updateHalf(this); } });
const Diamond = L.CircleMarker.extend({ _updatePath: function () { this._renderer._updateDiamond(this); } });

const LOOK = {
  dans: { color: COLOUR.papier, weight: 1, fillColor: COLOUR.dans, fillOpacity: 1 },
  hors: { color: COLOUR.hors, weight: 2, fillColor: COLOUR.papier, fillOpacity: 1 },
  a_verifier: { color: COLOUR.encre, weight: 1.5, fillColor: COLOUR.a_verifier, fillOpacity: 1 },
  a_reclamer: { color: "#b35806", weight: 2.5 },
  a_risque: { color: "#b35806", weight: 2.5, dashArray: "3 3" },
};
function radius(r) {
  const size = Math.max(3.5, Math.min(15, Math.sqrt(r.drawn || 1) * 0.95));
  return Math.max(3, size * Math.min(1, 0.55 + (map.getZoom() - 11) * 0.12));
}

// An outline, not a surface: what lies inside answers to the finger, and the line says what it is.
const oldGroup = L.featureGroup(oldQuarters.map((q) => {
  const rings = q.shape.flat().map((ring) => [...ring, ring[0]]);
  const drawnLine = L.polyline(rings, { ...drawn, color: COLOUR.ancien, weight: 1.6, dashArray: "6 4" });
  drawnLine.quarter = q;
  return drawnLine;
}));
oldGroup.bindTooltip((layer) => el("span", {}, fill(M.outline_old, { old: META.ancien }), bdi(layer.quarter.nom || layer.quarter.code)), { sticky: true });
const quarterGroup = L.featureGroup();
for (const q of quarters) {
  if (!q.shape.length) continue;
  q.layer = L.polygon(q.shape, { ...drawn, color: COLOUR.qpv, weight: 3 });
  q.box = q.layer.getBounds();
  q.label = L.latLng(q.label || q.box.getCenter());
  q.layer.quarter = q;
  quarterGroup.addLayer(q.layer);
}
const residenceGroup = L.featureGroup();
// Doubts are drawn last: nothing may hide them.
const DEPTH = { hors: 0, dans: 1, a_verifier: 2 };
const byDepth = [...residences].sort((a, b) => (DEPTH[a.status] || 0) - (DEPTH[b.status] || 0));
for (const r of residences) {
  if (!r.at) continue;
  const half = r.cut && r.status !== "a_verifier", Kind = half ? Half : r.status === "a_verifier" ? Diamond : L.CircleMarker;
  r.marker = new Kind(r.at, { ...drawn, ...(half ? LOOK.hors : LOOK[r.status] || LOOK.hors), radius: 5 });
  r.marker.residence = r;
  const owed = r.atRisk > 0 ? LOOK.a_risque : r.toClaim > 0 ? LOOK.a_reclamer : null;
  if (owed) r.ring = L.circleMarker(r.at, { ...drawn, ...owed, interactive: false, fill: false });
}

// Under five quarters no fill: classes would rank what a bar beside the name shows as it is.
const few = quarters.length < 5;
function quarterBar(q) {
  if (!few || state.colour === "none") return null;
  if (state.colour === "gap") return gapOf(q.code) ? gapOf(q.code).gap : null;
  const column = state.colour === "abatement" ? "abl" : "vll", known = quarters.map((one) => one[column] || 0);
  return q[column] === null || q[column] === undefined ? null : q[column] / Math.max(...known, 1);
}
function quarterValue(q) {
  if (state.colour === "gap") {
    const g = gapOf(q.code);
    if (!g) return "";
    return g.gap === null ? signOf(g.verdict) : signOf(g.verdict) + " " + points(g.gap) + (g.weak ? " (" + g.weak + ")" : "");
  }
  if (state.colour === "abatement") return q.abl === null ? "" : euros(q.abl);
  if (state.colour === "spent") return q.vll === null ? "" : euros(q.vll);
  return q.prv || "";
}
// Five classes of equal size between the least and the most, rounded to ten euros.
function moneyBreaks() {
  const values = quarters.map((q) => (state.colour === "abatement" ? q.abl : q.vll)).filter((v) => v !== null && v !== undefined);
  if (!values.length) return [];
  const low = Math.min(...values), high = Math.max(...values), out = [];
  for (let i = 1; i < 5; i++) out.push(Math.round((low + ((high - low) * i) / 5) / 10) * 10);
  return [...new Set(out)];
}
function quarterFill(q) {
  if (few) return null;
  if (state.colour === "gap") {
    const g = gapOf(q.code);
    if (!g || g.gap === null) return null;
    return COLOUR.ecarts[COLOUR.bornes.filter((b) => g.gap >= b).length];
  }
  const value = state.colour === "abatement" ? q.abl : q.vll;
  if (value === null || value === undefined) return null;
  return COLOUR.montants[moneyBreaks().filter((b) => value >= b).length];
}
function dressQuarters() {
  for (const q of quarters) {
    if (!q.layer) continue;
    const colour = state.colour === "none" ? null : quarterFill(q);
    q.layer.setStyle({ fillColor: colour || COLOUR.qpv, fillOpacity: colour ? 0.62 : state.colour === "none" ? 0.12 : 0.03 });
  }
  names.draw && map.hasLayer(names) && names.draw();
}
// Résidences at one place are set side by side, at every zoom; their cards keep the true place.
const piles = new Map();
for (const r of residences) if (r.at) {
  const place = r.at.lat.toFixed(4) + "/" + r.at.lng.toFixed(4);
  piles.set(place, [...(piles.get(place) || []), r]);
}
function dressResidences() {
  for (const r of residences) if (r.marker) r.marker.setRadius(radius(r));
  for (const pile of piles.values()) if (pile.length > 1) {
    const around = Math.max(...pile.map(radius)) / Math.sin(Math.PI / pile.length) + 1;
    const centre = map.project(pile[0].at);
    pile.forEach((r, i) => {
      const turn = (2 * Math.PI * i) / pile.length;
      r.marker.setLatLng(map.unproject(centre.add([around * Math.cos(turn), around * Math.sin(turn)])));
    });
  }
  for (const r of residences) if (r.ring) r.ring.setLatLng(r.marker.getLatLng()).setRadius(radius(r) + 4);
}

const dl = (children) => el("div", { class: "fiche" }, ...children.filter(Boolean));
const row = (...parts) => el("p", {}, ...parts);
const permalink = (key, id) => el("a", { href: "#" + key + "=" + encodeURIComponent(id), class: "lien", text: M.link });

// Of a résidence partly in doubt, the word is of its dwellings to check alone.
function sideOf(r) {
  const side = r.cut ? M.cut : DATA.statuts[r.status] || r.status;
  return r.drawn === r.dwellings ? side : side + " (" + number(r.drawn || 0) + ")";
}
// Five lines: dwellings and side, what is acquired, to claim or at risk, to check, what tenants of the quarter say.
function residenceCard(r) {
  const quarter = quarterByCode.get(r.qpv), line_ = (label, value, loud) => [el("dt", { text: label }), el("dd", loud ? { class: "fort" } : {}, value)];
  const risk = r.atRisk > 0, owed = risk ? r.atRisk : r.toClaim;
  const acquired = r.acquired !== null ? euros(r.acquired) + (r.acquired ? "" : ", " + r.notice) : r.notice === null ? M.unknown : r.notice || M.no_notice;
  const due = owed > 0 ? euros(owed) + (risk ? "" : " " + fill(M.before, { day: META.limite })) : owed === 0 ? M.nothing : M.unknown;
  // Each doubtful entrance with its own address and reason; the address above has its own reason.
  const own = r.status === "a_verifier" ? count(r.drawn || 0, "logement") + (r.reason ? " : " + r.reason : "") : "";
  const lost = r.undrawn ? count(r.undrawn, "logement") + " " + M.undrawn : "";
  const doubtful = [own, lost, ...r.doubts].filter(Boolean).join(" ") || M.nothing;
  return dl([
    el("h2", {}, bdi(r.name)),
    row(quarter ? bdi(quarter.nom) : M.outside, r.address ? " · " : null, r.address ? bdi(r.address) : null, " · ", bdi(r.commune)),
    el("dl", {}, ...[
      line_(M.homes, number(r.dwellings) + ", " + sideOf(r)),
      line_(M.acquired, acquired),
      line_(risk ? M.at_risk : M.to_claim, due, owed > 0),
      line_(M.to_check, bdi(doubtful)),
      line_(M.tenants, quarter ? quarter.loc || M.unknown : M.outside),
    ].flat()),
    row(bdi(r.id), r.distance === null ? null : " · " + fill(M.distance, { m: number(r.distance) }), " · ", permalink("residence", r.id)),
  ]);
}
function gapSentence(code) {
  const item = DATA.ecarts.items[state.item], g = gapOf(code);
  if (!item) return null;
  if (!g) return row(bdi(item.lib), " : ", M.no_gap);
  return row(bdi(item.lib), " (", bdi(DATA.ecarts.vagues[state.wave]), ") : ", el("strong", { text: g.words }), g.gap === null ? null : ", n = " + number(g.n));
}
function quarterCard(q) {
  return dl([
    el("h2", {}, bdi(q.nom)),
    row(bdi(q.code), q.com ? " · " : null, q.com ? bdi(q.com) : null),
    row((q.log === null ? M.unknown : count(q.log, "logement")) + " · " + count(q.res || 0, "résidence")),
    row(M.abatement + " " + euros(q.abl) + " · " + M.spent + " " + euros(q.vll) + " " + M.per_dwelling),
    q.eta ? row(M.states + " : " + q.eta) : null,
    q.prv || q.loc ? row([q.prv, q.loc ? M.tenants + " : " + q.loc : ""].filter(Boolean).join(" · ")) : null,
    gapSentence(q.code),
    row(M.source + " : QPV " + META.millesime + " · ", permalink("qpv", q.code)),
  ]);
}
// One card at a time; it is remembered, so that another question or wave can rewrite it in place.
// On a phone it takes the place of the panel, under the whole map.
const narrow = window.innerWidth < 800, sheet = byId("fiche-bas");
let card = null;
function showSheet(on) {
  sheet.hidden = !on;
  byId("panneau").hidden = on;
}
function openCard(make, at) {
  card = { make: make, popup: narrow ? null : L.popup({ maxWidth: 340, minWidth: 260 }).setLatLng(at).setContent(make()) };
  if (card.popup) return card.popup.openOn(map);
  showSheet(true);
  refreshCard();
  map.invalidateSize({ animate: false });
  map.setView(at, map.getZoom(), { animate: false });
}
function refreshCard() {
  if (card && card.popup && card.popup.isOpen()) card.popup.setContent(card.make());
  if (card && !card.popup && !sheet.hidden) sheet.replaceChildren(card.make(), el("button", { type: "button", text: M.back, on: { click: () => { showSheet(false); map.invalidateSize({ animate: false }); } } }));
}
quarterGroup.on("click", (event) => {
  L.DomEvent.stop(event);
  const q = event.layer.quarter;
  openCard(() => quarterCard(q), event.latlng);
  remember("#qpv=" + encodeURIComponent(q.code));
});
residenceGroup.on("click", (event) => {
  L.DomEvent.stop(event);
  const r = event.layer.residence;
  openCard(() => residenceCard(r), r.at);
  remember("#residence=" + encodeURIComponent(r.id));
});
residenceGroup.bindTooltip((layer) => el("span", {}, bdi(layer.residence.name)), { direction: "top", sticky: false });
map.on("popupopen", (event) => {
  const box = event.popup.getElement(), close = box.querySelector(".leaflet-popup-close-button");
  if (close) {
    close.setAttribute("aria-label", M.close_popup);
    close.setAttribute("title", M.close_popup);
  }
  box.setAttribute("role", "dialog");
  const title = box.querySelector("h2");
  if (title) box.setAttribute("aria-label", title.textContent);
});

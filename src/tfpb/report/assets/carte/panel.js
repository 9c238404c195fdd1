// Filters, layers, what colours the quarters, legend.
function choice(id, label, options, value, change) {
  const select = el("select", { id: id, on: { change: (event) => change(event.target.value) } });
  for (const [key, text] of options) select.append(el("option", { value: key, text: text, selected: key === value }));
  return el("p", { class: "choix", id: "bloc-" + id }, el("label", { for: id, text: label }), select);
}
const known = (column) => DATA.residences[column].v.filter((v) => v !== "").map((v) => [v, v]);
const themesUsed = [...new Set(DATA.ecarts.items.map((i) => i.th))];

function buildFilters() {
  const box = byId("filtres");
  box.replaceChildren(
    choice("f-bailleur", M.bailleur, [["", M.all], ...known("bai")], "", (v) => { state.bailleur = v; refilter(); }),
    choice("f-commune", M.commune, [["", M.all_f], ...known("com")], "", (v) => { state.commune = v; refilter(true); }),
    choice("f-statut", M.status, [["", M.all_f], ...Object.entries(DATA.statuts)], "", (v) => { state.status = v; refilter(); }),
  );
  const colours = [["none", M.colour_none]];
  if (DATA.ecarts.items.length) colours.push(["gap", M.colour_gap]);
  if (quarters.some((q) => q.abl !== null && q.abl !== undefined)) colours.push(["abatement", M.colour_abatement]);
  if (quarters.some((q) => q.vll !== null && q.vll !== undefined)) colours.push(["spent", M.colour_spent]);
  box.append(
    choice("f-couleur", M.colour, colours, state.colour, (v) => { state.colour = v; recolour(); }),
    choice("f-theme", M.theme, [["", M.all], ...themesUsed.map((t) => [t, DATA.themes[t] || t])], state.theme, (v) => { state.theme = v; fillItems(); recolour(); }),
    el("p", { class: "choix", id: "bloc-f-item" }),
    choice("f-vague", M.wave, DATA.ecarts.vagues.map((w, i) => [String(i), w]), String(state.wave), (v) => { state.wave = Number(v); recolour(); }),
  );
  fillItems();
  showGapChoices();
}
function fillItems() {
  const options = DATA.ecarts.items.map((item, i) => [i, item]).filter(([, item]) => !state.theme || item.th === state.theme);
  if (options.length && !options.some(([i]) => i === state.item)) state.item = options[0][0];
  const fresh = choice("f-item", M.item, options.map(([i, item]) => [String(i), item.lib]), String(state.item), (v) => { state.item = Number(v); recolour(); });
  byId("bloc-f-item").replaceWith(fresh);
}
function showGapChoices() {
  for (const id of ["f-theme", "f-item", "f-vague"]) byId("bloc-" + id).hidden = state.colour !== "gap";
}
function recolour() {
  showGapChoices();
  dressQuarters();
  buildLegend();
  refreshTable();
  refreshCard();
}

// What its card lists under « à vérifier »: its side, an entrance, dwellings that no mark stands for.
const inDoubt = (r) => r.status === "a_verifier" || r.undrawn > 0 || r.doubts.length > 0;
function refilter(zoom) {
  let shown = 0;
  for (const r of byDepth) {
    const keep = (!state.bailleur || r.bailleur === state.bailleur) && (!state.commune || r.commune === state.commune) && (!state.status || r.status === state.status || (state.status === "a_verifier" && inDoubt(r)));
    if (keep) shown++;
    r.shown = keep;
    if (!r.marker) continue;
    const present = residenceGroup.hasLayer(r.marker);
    if (keep && !present) {
      residenceGroup.addLayer(r.marker);
      r.marker.bringToFront();
    }
    if (!keep && present) residenceGroup.removeLayer(r.marker);
    if (r.ring && keep) residenceGroup.addLayer(r.ring);
    if (r.ring && !keep) residenceGroup.removeLayer(r.ring);
  }
  byId("compte").textContent = fill(M.shown, { n: number(shown), total: number(residences.length) });
  if (map.hasLayer(names)) names.draw();
  if (zoom) showAll();
  refreshTable();
}
function extent() {
  const spots = residences.filter((r) => r.shown && r.at), box = L.latLngBounds(spots.map((r) => r.at));
  const held = new Set(spots.map((r) => r.qpv));
  for (const q of quarters) if (q.box && (!spots.length || held.has(q.code))) box.extend(q.box);
  return box.isValid() ? box : null;
}
// Nothing lies over the map: the stock takes all of it but a margin for the names at its edge.
function showAll() {
  map.invalidateSize({ animate: false });
  const box = extent(), edge = narrow ? 30 : 40;
  if (box) map.fitBounds(box, { animate: false, maxZoom: 17, padding: [edge, edge] });
}

const doubts = residences.filter(inDoubt);
function showDoubts(on) {
  state.status = on ? "a_verifier" : "";
  byId("f-statut").value = state.status;
  const button = byId("b-doutes");
  button.setAttribute("aria-pressed", String(on));
  button.textContent = doubts.length ? (on ? M.doubts_off : M.doubts + " (" + number(doubts.length) + ")") : M.doubts_none;
  button.disabled = !doubts.length;
  if (on || map.hasLayer(residenceGroup)) refilter(true);
}

function buildLayers() {
  const box = byId("couches");
  const list = [
    [quarterGroup, fill(M.layer_qpv, { vintage: META.millesime }), quarters.length, true],
    [oldGroup, fill(M.layer_old, { old: META.ancien }), oldQuarters.length, true],
    [residenceGroup, M.layer_residences, residences.length, true],
    [streetGroup, M.layer_streets, streets.length, true],
    [parcelLayer, M.layer_parcels, DATA.fond.parcelles.length, true],
    [communeLayer, M.layer_communes, DATA.fond.communes.length, true],
  ];
  if (tiles) list.push([tiles, M.layer_tiles, 1, false]);
  for (const [layer, label, some, on] of list) {
    if (!some) continue;
    const box_ = el("input", { type: "checkbox", checked: on, on: { change: (event) => toggle(layer, event.target.checked) } });
    box.append(el("label", { class: "couche" }, box_, " " + label));
    toggle(layer, on);
  }
}
function toggle(layer, on) {
  if (on) map.addLayer(layer);
  else map.removeLayer(layer);
  // the canvas draws in the order of arrival: outlines go under, résidences stay on top
  if (on && layer === quarterGroup) quarterGroup.bringToBack();
  if (on && layer === parcelLayer) parcelLayer.bringToBack();
  if (map.hasLayer(names)) names.draw();
}

const SVG = "http://www.w3.org/2000/svg";
function symbol(draw) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("width", "26");
  svg.setAttribute("height", "16");
  svg.setAttribute("aria-hidden", "true");
  const add = (tag, attributes) => {
    const node = document.createElementNS(SVG, tag);
    for (const [k, v] of Object.entries(attributes)) node.setAttribute(k, v);
    svg.append(node);
  };
  draw(add);
  return svg;
}
const swatch = (colour) => symbol((add) => add("rect", { x: 1, y: 1, width: 24, height: 14, fill: colour, stroke: COLOUR.doux, "stroke-width": 0.8 }));
const ringed = (look) => symbol((add) => add("circle", { cx: 13, cy: 8, r: 6.5, fill: "none", stroke: look.color, "stroke-width": look.weight, "stroke-dasharray": look.dashArray || "none" }));
const entry = (picture, text) => el("li", {}, picture, el("span", { text: text }));

function buildLegend() {
  const box = byId("legende-corps"), list = el("ul", {});
  const disc = (fillColour, edge, width) => symbol((add) => add("circle", { cx: 13, cy: 8, r: 5.5, fill: fillColour, stroke: edge, "stroke-width": width }));
  const held = (status) => residences.some((r) => r.at && r.status === status && !r.cut);
  list.append(
    held("dans") ? entry(disc(COLOUR.dans, COLOUR.dans, 1), M.residence + " " + DATA.statuts.dans) : "",
    held("hors") ? entry(disc(COLOUR.papier, COLOUR.hors, 2), M.residence + " " + DATA.statuts.hors) : "",
    residences.some((r) => r.cut) ? entry(symbol((add) => {
      add("circle", { cx: 13, cy: 8, r: 5.5, fill: COLOUR.papier, stroke: COLOUR.hors, "stroke-width": 2 });
      add("path", { d: "M13 2.5a5.5 5.5 0 0 0 0 11z", fill: COLOUR.dans });
    }), M.residence + " " + M.cut) : "",
    held("a_verifier") ? entry(symbol((add) => add("path", { d: "M13 1l7 7-7 7-7-7z", fill: COLOUR.a_verifier, stroke: COLOUR.encre, "stroke-width": 1.5 })), M.residence + " " + DATA.statuts.a_verifier) : "",
    residences.some((r) => r.ring && !(r.atRisk > 0)) ? entry(ringed(LOOK.a_reclamer), M.to_claim.toLowerCase()) : "",
    residences.some((r) => r.ring && r.atRisk > 0) ? entry(ringed(LOOK.a_risque), M.at_risk.toLowerCase()) : "",
    quarters.length ? entry(symbol((add) => add("rect", { x: 2, y: 2, width: 22, height: 12, fill: COLOUR.qpv, "fill-opacity": 0.12, stroke: COLOUR.qpv, "stroke-width": 3 })), fill(M.layer_qpv, { vintage: META.millesime })) : "",
  );
  if (oldQuarters.length) list.append(entry(symbol((add) => add("path", { d: "M1 8h24", stroke: COLOUR.ancien, "stroke-width": 1.8, "stroke-dasharray": "6 4" })), "QPV " + META.ancien));
  const parts = [list, el("p", { class: "note", text: M.size_note })];
  if (state.colour === "gap") {
    const classes = el("ul", {});
    if (!few) DATA.classes.forEach((text, i) => classes.append(entry(swatch(COLOUR.ecarts[i]), text)));
    const item = DATA.ecarts.items[state.item];
    parts.push(el("h2", { text: M.legend_gap }), el("p", { class: "note" }, bdi(item.lib), " · ", bdi(DATA.ecarts.vagues[state.wave])), classes);
    const signs = el("ul", {});
    for (const code of ["equivalent", "equivalent_inferieur", "meilleur", "non_inferieur", "inferieur", "ecart_defavorable", "non_concluant", "non_publiable"]) {
      signs.append(el("li", {}, el("span", { class: "signe", text: signOf(code), "aria-hidden": "true" }), el("span", { text: DATA.verdicts[code].mot })));
    }
    parts.push(signs);
  } else if (state.colour !== "none") {
    const limits = moneyBreaks(), classes = el("ul", {});
    for (let i = 0; !few && i <= limits.length; i++) {
      const text = i === 0 ? (limits.length ? "moins de " + euros(limits[0]) : "toutes valeurs") : i === limits.length ? euros(limits[i - 1]) + " et plus" : "de " + euros(limits[i - 1]) + " à " + euros(limits[i]);
      classes.append(entry(swatch(COLOUR.montants[i]), text));
    }
    parts.push(el("h2", { text: state.colour === "abatement" ? M.colour_abatement : M.colour_spent }), el("p", { class: "note", text: M.legend_money }), classes);
  }
  if (state.colour !== "none") parts.push(few ? el("p", { class: "note", text: state.colour === "gap" ? M.few_gap : M.few_money }) : el("ul", {}, entry(swatch(COLOUR.papier), M.no_data)));
  byId("cle").replaceChildren(...[...list.children].map((one) => one.cloneNode(true)));
  box.replaceChildren(...parts);
}

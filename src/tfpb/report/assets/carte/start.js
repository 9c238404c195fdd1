// Puts everything together, then follows the address (#qpv=…, #residence=…, #vue=doutes, #couleur=…).
function follow() {
  const wanted = new URLSearchParams(location.hash.slice(1));
  const colour = { ecart: "gap", abattement: "abatement", valorise: "spent" }[wanted.get("couleur")];
  const item = DATA.ecarts.items.findIndex((i) => i.id === wanted.get("item"));
  const wave = DATA.ecarts.vagues.indexOf(wanted.get("vague"));
  if (item >= 0) state.item = item;
  if (wave >= 0) state.wave = wave;
  if (colour && (colour !== "gap" || DATA.ecarts.items.length)) state.colour = colour;
  if (item >= 0 || wave >= 0 || colour) {
    state.theme = "";
    byId("f-couleur").value = state.colour;
    byId("f-theme").value = "";
    fillItems();
    byId("f-vague").value = String(state.wave);
    recolour();
  }
  if (wanted.get("vue") === "doutes" && doubts.length) return showDoubts(true);
  if (wanted.get("vue") === "tableau") showTable(true);
  const q = quarterByCode.get(wanted.get("qpv") || ""), r = residenceById.get(wanted.get("residence") || "");
  if (q) openQuarter(q);
  else if (r) openResidence(r);
}

L.control.zoom({ position: "bottomright", zoomInTitle: M.zoom_in, zoomOutTitle: M.zoom_out }).addTo(map);
L.control.scale({ position: "bottomright", imperial: false, maxWidth: 140 }).addTo(map);
buildFilters();
map.on("zoomend", () => { dressStreets(); dressResidences(); });
buildTasks();
if (narrow) byId("reglages").prepend(document.querySelector(".boutons"));
showTab(tabs[tasks.length ? 0 : 1]);
showAll();
if (!map._loaded) map.setView([47, 2.5], 6);
buildLayers();
dressStreets();
dressResidences();
dressQuarters();
showDoubts(false);
map.addLayer(names);
buildLegend();
buildEntries();
byId("sources").replaceChildren(M.sources + " : ", ...META.sources.flatMap((s, i) => (i ? [" ; ", bdi(s)] : [bdi(s)])), tiles ? " ; IGN – Géoplateforme" : "", ". " + M.run + " ", bdi(META.empreinte), ".");

byId("b-tableau").addEventListener("click", () => showTable(byId("tableau").hidden));
byId("saut").addEventListener("click", (event) => { event.preventDefault(); showTable(true); });
byId("b-doutes").addEventListener("click", () => showDoubts(state.status !== "a_verifier"));
byId("b-etendue").addEventListener("click", showAll);
byId("b-imprimer").addEventListener("click", () => window.print());
showAll();
window.addEventListener("hashchange", follow);
if (document.fonts && document.fonts.ready) document.fonts.ready.then(() => names.draw());
follow();
document.body.dataset.pret = "oui";

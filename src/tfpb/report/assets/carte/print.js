// Printing: the map takes the size it has on paper, shows what the screen shows, and is painted before
// the page is taken. Each canvas is copied in one stroke: some browsers print a canvas by doing again its
// last strokes only, which leaves a map that was painted piece by piece half empty.
let printed = null;

function toPaper() {
  if (printed) return;
  printed = { centre: map.getCenter(), zoom: map.getZoom(), copies: [] };
  const seen = map.getBounds();
  document.body.classList.add("impression");
  map.invalidateSize({ animate: false });
  const snap = map.options.zoomSnap;
  map.options.zoomSnap = 0;  // paper has no need of whole steps
  if (seen.getNorth() > seen.getSouth()) map.fitBounds(seen, { animate: false });
  map.options.zoomSnap = snap;
  groundCanvas.fire("update");
  dataCanvas.fire("update");
  for (const canvas of map.getContainer().querySelectorAll("canvas")) {
    const copy = canvas.cloneNode();
    if (canvas.width && canvas.height) copy.getContext("2d").drawImage(canvas, 0, 0);
    canvas.after(copy);
    canvas.classList.add("copie");
    printed.copies.push([canvas, copy]);
  }
}

function toScreen() {
  if (!printed) return;
  for (const [canvas, copy] of printed.copies) {
    copy.remove();
    canvas.classList.remove("copie");
  }
  document.body.classList.remove("impression");
  map.invalidateSize({ animate: false });
  map.setView(printed.centre, printed.zoom, { animate: false });
  printed = null;
}

window.addEventListener("beforeprint", toPaper);
window.addEventListener("afterprint", toScreen);

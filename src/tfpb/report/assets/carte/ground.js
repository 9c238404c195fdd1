// The ground: communes, parcels and streets on one canvas that takes no click; names on another, above.
map.createPane("fond").style.zIndex = 210;
map.getPane("fond").style.pointerEvents = "none";
map.createPane("noms").style.zIndex = 640;
map.getPane("noms").style.pointerEvents = "none";
const groundCanvas = L.canvas({ pane: "fond", padding: 0.3 });
const quiet = { renderer: groundCanvas, pane: "fond", interactive: false, smoothFactor: 1 };

const streets = DATA.fond.rues.map((r) => ({ name: r[0], rank: r[1], commune: r[2], line: line(r[3]) }));
const parcelLayer = L.polygon(DATA.fond.parcelles.map((ring) => [line(ring)]), {
  ...quiet, color: COLOUR.bordParcelle, weight: 0.5, fillColor: COLOUR.parcelle, fillOpacity: 1,
});
const communeLayer = L.polyline(DATA.fond.communes.flatMap((c) => c.geo.map(line)), {
  ...quiet, color: COLOUR.commune, weight: 1.2, dashArray: "9 3 2 3",
});
const streetLayers = [3, 2, 1].map((rank) => L.polyline(streets.filter((s) => s.rank === rank).map((s) => s.line), {
  ...quiet, color: COLOUR.rue, weight: 1, rank: rank,
}));
const streetGroup = L.layerGroup(streetLayers);

// Streets widen as one comes nearer; small ones are left out from afar.
function dressStreets() {
  const z = map.getZoom();
  for (const layer of streetLayers) {
    const rank = layer.options.rank;
    const width = Math.max(0.4, Math.min(16, [0, 7, 5, 3.4][rank] * 2 ** ((z - 16) * 0.75)));
    layer.setStyle({ weight: width, opacity: z < [0, 9, 12, 13.5][rank] ? 0 : 1 });
  }
  parcelLayer.setStyle({ opacity: z < 14.5 ? 0 : 1, fillOpacity: z < 14.5 ? 0 : 1 });
}

// Names are redrawn after each move: quarters first, then streets along their line, then résidences.
const Names = L.Layer.extend({
  options: { pane: "noms" },
  onAdd: function () {
    this._canvas = L.DomUtil.create("canvas", "leaflet-zoom-hide", this.getPane());
    this._canvas.setAttribute("aria-hidden", "true");
    map.on("moveend resize", this.draw, this);
    this.draw();
  },
  onRemove: function () {
    map.off("moveend resize", this.draw, this);
    this._canvas.remove();
  },
  draw: function () {
    const size = map.getSize(), ratio = window.devicePixelRatio || 1, canvas = this._canvas;
    canvas.width = size.x * ratio;
    canvas.height = size.y * ratio;
    canvas.style.width = size.x + "px";
    canvas.style.height = size.y + "px";
    L.DomUtil.setPosition(canvas, map.containerPointToLayerPoint([0, 0]));
    const pen = canvas.getContext("2d");
    pen.scale(ratio, ratio);
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.lineJoin = "round";
    const bounds = map.getBounds().pad(0.05);
    this._taken = new Map();
    for (const r of map.hasLayer(residenceGroup) ? residences : []) if (r.shown && r.marker && bounds.contains(r.at)) {
      const p = map.latLngToContainerPoint(r.marker.getLatLng());
      this._take([p.x, p.y, radius(r)]);
    }
    byId("sans-nom").textContent = "";
    if (map.hasLayer(quarterGroup)) this._quarters(pen, bounds);
    if (map.hasLayer(streetGroup)) this._streets(pen, bounds);
    if (map.getZoom() >= 16.5 && map.hasLayer(residenceGroup)) this._residences(pen, bounds);
  },
  // A label is a row of discs; it is written only where none meets one already there.
  _free: function (x, y, width, height, turn) {
    const radius = Math.min(height, 15) * 0.55, rows = Math.ceil(height / 18), n = Math.max(2, Math.ceil(width / (radius * 1.4))), discs = [];
    for (let i = 0; i < n; i++) for (let k = 0; k < rows; k++) {
      const along = ((i + 0.5) / n - 0.5) * width, down = (k - (rows - 1) / 2) * 18;
      discs.push([x + along * Math.cos(turn), y + along * Math.sin(turn) + down, radius]);
    }
    if (discs.some((d) => this._meets(d))) return false;
    discs.forEach((d) => this._take(d));
    return true;
  },
  // Discs are kept by squares wider than two of them.
  _take: function (d) {
    const square = (d[0] >> 5) + "/" + (d[1] >> 5);
    if (!this._taken.has(square)) this._taken.set(square, []);
    this._taken.get(square).push(d);
  },
  _meets: function (d) {
    for (let i = -1; i < 2; i++) for (let k = -1; k < 2; k++) {
      const near = this._taken.get(((d[0] >> 5) + i) + "/" + ((d[1] >> 5) + k)) || [];
      if (near.some((t) => (d[0] - t[0]) ** 2 + (d[1] - t[1]) ** 2 < (d[2] + t[2]) ** 2)) return true;
    }
    return false;
  },
  _write: function (pen, text, x, y, colour, halo, turn) {
    pen.save();
    pen.translate(x, y);
    pen.rotate(turn || 0);
    if (halo) {
      pen.strokeStyle = COLOUR.papier;
      pen.lineWidth = halo;
      pen.strokeText(text, 0, 0);
    }
    pen.fillStyle = colour;
    pen.fillText(text, 0, 0);
    pen.restore();
  },
  _quarters: function (pen, bounds) {
    // From afar names alone, and near their outline: a figure without its name is of nobody.
    const far = !few && map.getZoom() < 13, seen = map.getSize();
    const written = [];
    pen.font = "700 " + (far ? 11.5 : 13) + "px 'TFPB Sans', sans-serif";
    for (const q of quarters) {
      if (!q.box || !bounds.intersects(q.box)) continue;
      const p = map.latLngToContainerPoint(q.label);
      const value = far ? "" : quarterValue(q), bar = quarterBar(q);
      const lines = [...split(q.nom || q.code, 24), value].filter(Boolean);
      const wide = Math.max(...lines.map((text) => pen.measureText(text).width), far ? 0 : 64), high = lines.length * 18 + (bar === null ? 0 : 10);
      // in the middle, else aside: never over a dot, nor on another quarter
      const low = map.latLngToContainerPoint(q.box.getSouthWest()), top = map.latLngToContainerPoint(q.box.getNorthEast());
      const down = (low.y - top.y) / 2 + high / 2 + 6, over = (top.x - low.x) / 2 + wide / 2 + 8, steps = [];
      const around = far ? [0, -down, down, -down - 16, down + 16, -down - 32, down + 32, -down - 48, down + 48] : [0, -24, 24, -48, 48, -72, 72, -down, down, -down - 24, down + 24, -down - 48, down + 48];
      for (const dx of [0, over, -over]) for (const dy of around) steps.push([p.x + dx, p.y + dy]);
      const away = ([x, y]) => Math.max(Math.abs(x - p.x) - wide / 2, 0) + Math.abs(y - p.y);
      if (far) steps.sort((a, b) => away(a) - away(b));
      // wholly in the window where there is room: a name cut at its edge is no name
      const whole = ([x, y]) => x - wide / 2 > 4 && x + wide / 2 < seen.x - 4 && y - high / 2 > 4 && y + high / 2 < seen.y - 4;
      const inward = steps.map(([x, y]) => [Math.max(wide / 2 + 5, Math.min(seen.x - wide / 2 - 5, x)), y]);
      const others = quarters.filter((o) => o !== q && o.box && o.box.intersects(bounds));
      const astray = ([x, y]) => others.some((o) => [-1, -0.5, 0, 0.5, 1].some((i) => [-1, 0, 1].some((k) => holds(o, map.containerPointToLatLng([x + (i * wide) / 2, y + (k * high) / 2])))));
      const free = [...steps.filter(whole), ...inward.filter(whole)].find((step) => !astray(step) && this._free(...step, wide, high, 0));
      if (far && free) this._tie(pen, [(low.x + top.x) / 2, (low.y + top.y) / 2], free, wide / 2, high / 2);
      written.push({ at: free, lines: lines, value: value, bar: bar, high: high });
    }
    for (const { at, lines, value, bar, high } of written) if (at) {
      lines.forEach((text, i) => this._write(pen, text, at[0], at[1] - high / 2 + 9 + i * 18, text === value ? COLOUR.encre : COLOUR.qpv, 4));
      if (bar !== null) this._bar(pen, bar, at[0], at[1] + high / 2 - 8);
    }
    const unnamed = written.filter((one) => !one.at).length;
    byId("sans-nom").textContent = unnamed ? " · " + fill(M.unnamed, { n: count(unnamed, "nom") }) : "";
  },
  // From a small outline to its name, where they do not touch.
  _tie: function (pen, [x, y], [to, down], half, high) {
    const end = [Math.max(to - half, Math.min(to + half, x)), y < down ? down - high : y > down + high ? down + high : y];
    if (Math.abs(y - down) < high || Math.hypot(end[0] - x, end[1] - y) < 14) return;
    pen.strokeStyle = COLOUR.qpv;
    pen.lineWidth = 0.8;
    pen.beginPath();
    pen.moveTo(x, y);
    pen.lineTo(end[0], end[1]);
    pen.stroke();
  },
  // A gap goes left or right of zero, twenty points at most; an amount is told by its part of the largest.
  _bar: function (pen, bar, x, y) {
    const gap = state.colour === "gap", size = gap ? Math.max(-1, Math.min(1, bar / 0.2)) * 32 : bar * 64;
    pen.fillStyle = COLOUR.papier;
    pen.fillRect(x - 34, y - 1, 68, 10);
    pen.fillStyle = COLOUR.encre;
    pen.fillRect(gap ? x : x - 32, y, size, 8);
    pen.strokeStyle = COLOUR.encre;
    pen.lineWidth = 1;
    pen.strokeRect(gap ? x : x - 32, y - 1, gap ? 0 : 64, 10);
  },
  _streets: function (pen, bounds) {
    const z = map.getZoom();
    if (z < 13.5) return;
    const deepest = z < 15 ? 1 : z < 16 ? 2 : 3, seen = new Map();
    for (const s of streets) {
      if (s.rank > deepest || !s.line.some((at) => bounds.contains(at))) continue;
      pen.font = "italic " + (s.rank === 1 ? 13 : 12) + "px 'TFPB Sans', sans-serif";
      const width = pen.measureText(s.name).width, spot = along(s.line.map((at) => map.latLngToContainerPoint(at)), width);
      if (!spot) continue;
      const key = s.name + "|" + s.commune, before = seen.get(key);
      if (before && before.distanceTo(spot.at) < 420) continue;
      if (this._free(spot.at.x, spot.at.y, width, 12, spot.turn)) {
        seen.set(key, spot.at);
        this._write(pen, s.name, spot.at.x, spot.at.y, COLOUR.nomRue, 2.5, spot.turn);
      }
    }
  },
  _residences: function (pen, bounds) {
    pen.font = "12px 'TFPB Sans', sans-serif";
    for (const r of residences) {
      if (!r.shown || !r.at || !bounds.contains(r.at)) continue;
      const p = map.latLngToContainerPoint(r.marker.getLatLng()), text = r.name.length > 34 ? r.name.slice(0, 33) + "…" : r.name;
      const y = p.y + radius(r) + 10;
      if (this._free(p.x, y, pen.measureText(text).width, 13, 0)) this._write(pen, text, p.x, y, COLOUR.encre, 3.5);
    }
  },
});

// Break a long name into at most three short lines.
// Whether a quarter holds a place: an odd number of its sides lie west of it.
function holds(q, at) {
  if (!q.box.contains(at)) return false;
  let odd = false;
  for (const ring of q.shape.flat()) for (let i = 0; i < ring.length; i++) {
    const a = L.latLng(ring[i]), b = L.latLng(ring[(i + 1) % ring.length]);
    if (a.lat > at.lat !== b.lat > at.lat && at.lng > a.lng + ((at.lat - a.lat) / (b.lat - a.lat)) * (b.lng - a.lng)) odd = !odd;
  }
  return odd;
}
function split(text, length) {
  const lines = [""];
  for (const word of text.split(" ")) {
    const last = lines[lines.length - 1];
    if (last && last.length + word.length >= length) lines.push(word);
    else lines[lines.length - 1] = last ? last + " " + word : word;
  }
  return lines.length > 3 ? [...lines.slice(0, 2), lines[2] + "…"] : lines;
}

// Find a straight stretch of a line, inside the window, long enough for a text.
function along(pixels, width) {
  const size = map.getSize(), inside = (p) => p.x > -20 && p.y > -20 && p.x < size.x + 20 && p.y < size.y + 20;
  let best = null;
  for (let i = 0; i < pixels.length - 1; i++) {
    let j = i + 1;
    while (j < pixels.length - 1 && pixels[i].distanceTo(pixels[j]) < width + 6) j++;
    const a = pixels[i], b = pixels[j], chord = a.distanceTo(b);
    if (chord < width + 6) continue;
    let run = 0;
    for (let k = i; k < j; k++) run += pixels[k].distanceTo(pixels[k + 1]);
    const at = a.add(b).divideBy(2), cost = run / chord;
    if (cost > 1.02 || !inside(at)) continue;
    if (!best || cost < best.cost - 0.002) {
      let turn = Math.atan2(b.y - a.y, b.x - a.x);
      if (turn > Math.PI / 2) turn -= Math.PI;
      if (turn < -Math.PI / 2) turn += Math.PI;
      best = { at: at, turn: turn, cost: cost };
    }
  }
  return best;
}
const names = new Names();

// What is to do, first in the panel: a line a kind, which the map goes to; tabs of the panel.
const tasks = DATA.afaire.map((t) => ({ title: t[0], stake: t[1], names: t[2], day: t[3], homes: t[4], quarters: t[5] }));
function goTo(task) {
  const box = L.latLngBounds([]);
  for (const id of task.homes) {
    const r = residenceById.get(id);
    if (r && r.at) box.extend(r.at);
  }
  for (const code of task.quarters) {
    const q = quarterByCode.get(code);
    if (q && q.box) box.extend(q.box);
  }
  const one = task.homes.length === 1 && !task.quarters.length ? residenceById.get(task.homes[0]) : null;
  if (one) return openResidence(one);
  if (!box.isValid()) return;
  map.closePopup();
  map.fitBounds(box.pad(0.2), { animate: false, maxZoom: 17 });
}
function buildTasks() {
  byId("liste").replaceChildren(...tasks.map((task) => el("li", {}, el("button", { type: "button", on: { click: () => goTo(task) } },
    el("span", { class: "quoi", text: task.title }), el("span", { class: "combien", text: task.stake }),
    el("span", { class: "ou" }, bdi(task.names)), el("span", { class: "quand", text: task.day })))));
  byId("o-a-faire").append(" (" + number(tasks.length) + ")");
  byId("indice").hidden = !tasks.length;
}
const tabs = [...byId("onglets").children];
function showTab(tab) {
  for (const one of tabs) {
    const on = one === tab;
    one.setAttribute("aria-selected", String(on));
    one.tabIndex = on ? 0 : -1;
    byId(one.getAttribute("aria-controls")).hidden = !on;
  }
}
tabs.forEach((tab, i) => {
  tab.addEventListener("click", () => showTab(tab));
  tab.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: tabs.length - 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = tabs[(i + step) % tabs.length];
    showTab(next);
    next.focus();
  });
});

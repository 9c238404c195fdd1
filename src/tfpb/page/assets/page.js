"use strict";
// What a form alone does not do: progress that moves, files dropped, a point dragged. Every screen works without.
(() => {
  const live = document.getElementById("avancement");
  const desk = `?d=${document.body.dataset.jeton.split("@")[2]}`; // that this tab shows: another may show another

  let touched = false; // the place of who moves by keyboard is not thrown away
  document.addEventListener("input", () => { touched = true; });

  // drafts: what is typed is kept as it is typed, and shown again on the same form
  const drafts = JSON.parse(document.body.dataset.brouillons || "{}");
  const waiting = new Map();
  const formOf = (element) => element.form?.elements.namedItem("brouillon") && element.form;
  function send() {
    for (const [form, typed] of waiting) {
      const body = new URLSearchParams({ jeton: document.body.dataset.jeton, ecran: document.body.dataset.ecran, brouillon: form, ...typed });
      fetch("/brouillon", { method: "POST", body, keepalive: true }).catch(() => null);
    }
    waiting.clear();
  }
  let timer = 0;
  document.addEventListener("input", ({ target }) => {
    const form = target.name && target.type !== "file" && formOf(target);
    if (!form) return;
    const kept = form.elements.namedItem("brouillon").value;
    const value = target.type === "checkbox" ? (target.checked ? target.value : "") : target.value;
    waiting.set(kept, { ...waiting.get(kept), [`champ:${target.type === "checkbox" ? `${target.name}=${target.value}` : target.name}`]: value });
    clearTimeout(timer);
    timer = setTimeout(send, 150);
  });
  addEventListener("pagehide", send);
  for (const form of document.forms) {
    const typed = drafts[form.elements.namedItem("brouillon")?.value];
    if (!typed) continue;
    for (const element of form.elements) {
      const box = `${element.name}=${element.value}`;
      if (element.type === "checkbox" && box in typed) element.checked = typed[box] !== "";
      else if (element.type === "radio" && element.name in typed) element.checked = element.value === typed[element.name];
      else if (!["hidden", "checkbox", "radio", "file"].includes(element.type) && element.name in typed) element.value = typed[element.name];
    }
    form.classList.add("saisie");
    const note = document.createElement("p");
    note.className = "aide";
    note.append("Saisie gardée, pas encore enregistrée. ");
    const drop = document.createElement("button");
    drop.type = "button";
    drop.className = "discret";
    drop.textContent = "Oublier cette saisie";
    drop.addEventListener("click", async () => {
      const body = new URLSearchParams({ jeton: document.body.dataset.jeton, ecran: document.body.dataset.ecran, brouillon: form.elements.namedItem("brouillon").value });
      await fetch("/brouillon", { method: "POST", body });
      location.reload();
    });
    note.append(drop);
    form.prepend(note);
  }

  // another tab: what it did is told
  const seen = Number(document.body.dataset.jeton.split("@")[1]);
  async function look() {
    const answer = await fetch(`/vivant${desk}`).catch(() => null);
    if (answer?.ok && Number(await answer.text()) > seen && !live.querySelector("[data-en-cours]")) document.getElementById("ailleurs").hidden = false;
  }

  // progress: the part of the page that tells it is asked again; the screen is shown anew when it ends
  async function follow() {
    const answer = await fetch(`/avancement${desk}`).catch(() => null);
    if (!answer || !answer.ok) return;
    const open = live.querySelector("details")?.open;
    const focused = live.contains(document.activeElement);
    if (!focused) {
      live.innerHTML = await answer.text();
      if (open) live.querySelector("details")?.setAttribute("open", "");
    } else if (!(await answer.text()).includes("data-en-cours")) {
      live.querySelector("[data-en-cours]")?.removeAttribute("data-en-cours");
    }
    if (live.querySelector("[data-en-cours]")) setTimeout(follow, 700);
    else if (!touched && document.activeElement === document.body) location.reload();
    else live.insertAdjacentHTML("beforeend", live.dataset.suite);
  }
  if (live?.querySelector("[data-en-cours]")) setTimeout(follow, 400);
  setInterval(look, 5000);

  // files: dropped anywhere on the page
  const drop = document.getElementById("depot");
  if (drop) {
    const input = drop.querySelector("input[type=file]");
    const lit = (on) => (event) => { event.preventDefault(); drop.classList.toggle("dessus", on); };
    document.addEventListener("dragover", lit(true));
    document.addEventListener("dragleave", lit(false));
    document.addEventListener("drop", (event) => {
      lit(false)(event);
      if (!event.dataTransfer.files.length) return;
      input.files = event.dataTransfer.files;
      drop.requestSubmit();
    });
    input.addEventListener("change", () => input.files.length && drop.requestSubmit());
    drop.addEventListener("submit", () => { drop.querySelector("button").textContent = "Copie en cours…"; });
  }

  // a point: dragged, or moved by the arrows; its metres follow in the form
  for (const svg of document.querySelectorAll("svg[data-x]")) {
    const point = svg.querySelector(".point"), form = svg.closest("form");
    const field = (name) => form.querySelector(`[name=${name}]`);
    const scale = Number(svg.dataset.echelle), x0 = Number(svg.dataset.x), y0 = Number(svg.dataset.y);
    const middle = { x: svg.viewBox.baseVal.width / 2, y: svg.viewBox.baseVal.height / 2 };
    let at = { ...middle };
    const limits = [...svg.querySelectorAll(".quartier")], here = form.querySelector(".ici");
    const far = middle.y / scale; // beyond, the drawing is cut
    function tell() {
      const p = new DOMPoint(at.x, at.y);
      let near = Infinity;
      for (const limit of limits) {
        const length = limit.getTotalLength();
        for (let d = 0; d <= length; d += 2) {
          const q = limit.getPointAtLength(d);
          near = Math.min(near, Math.hypot(q.x - at.x, q.y - at.y));
        }
      }
      const side = limits.some((limit) => limit.isPointInFill(p)) ? "dans le quartier" : "hors quartier";
      const metres = near / scale;
      here.textContent = `Sur ce dessin : ${side}, ${metres < far ? `à ${Math.round(metres)} m de la limite` : `à plus de ${Math.round(far)} m de la limite`}.`;
    }
    const put = (x, y) => {
      at = { x, y };
      point.setAttribute("transform", `translate(${x} ${y})`);
      field("x").value = (x0 + (x - middle.x) / scale).toFixed(1);
      field("y").value = (y0 - (y - middle.y) / scale).toFixed(1);
      const moved = form.querySelector("input[value=deplacer]");
      if (moved && !moved.checked) {
        moved.checked = true;
        moved.dispatchEvent(new Event("input", { bubbles: true }));
      }
      for (const name of ["x", "y"]) field(name).dispatchEvent(new Event("input", { bubbles: true }));
      tell();
    };
    let held = false;
    point.addEventListener("pointerdown", (event) => { held = true; point.setPointerCapture(event.pointerId); event.preventDefault(); });
    point.addEventListener("pointermove", (event) => {
      if (!held) return;
      const p = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
      put(Math.max(0, Math.min(2 * middle.x, p.x)), Math.max(0, Math.min(2 * middle.y, p.y)));
    });
    point.addEventListener("pointerup", () => { held = false; });
    point.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
      if (!step) return;
      event.preventDefault();
      const far = (event.shiftKey ? 10 : 1) * scale;
      put(at.x + step[0] * far, at.y + step[1] * far);
    });
  }

  // doubts by keys: D in, H out, ? the next one
  const cards = [...document.querySelectorAll("form.doute")].filter((card) => card.querySelector("[name=choix]"));
  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches("input:not([type=radio],[type=checkbox]),select,textarea");
    if (!cards.length || typing || event.ctrlKey || event.altKey || event.metaKey) return;
    const card = event.target.closest?.("form.doute") || cards[0];
    const side = { d: "dans", h: "hors" }[event.key.toLowerCase()];
    const choice = side && card.querySelector(`[name=choix][value=${side}]`);
    if (choice) {
      event.preventDefault();
      choice.checked = true;
      choice.dispatchEvent(new Event("input", { bubbles: true }));
      (card.querySelector("[name=auteur]").value ? card.querySelector("[name=piece]") : card.querySelector("[name=auteur]")).focus();
    } else if (event.key === "?") {
      event.preventDefault();
      const last = cards.indexOf(card) === cards.length - 1;
      const following = last && document.querySelector("nav a[aria-current=page] + a[href*='/doutes?p=']");
      if (following) { location.href = following.href; return; }
      const next = cards[(cards.indexOf(card) + 1) % cards.length];
      next.scrollIntoView();
      (next.querySelector("[name=choix]")).focus();
    }
  });

  // a box that ticks all those it heads
  for (const all of document.querySelectorAll("[data-tous]")) {
    all.addEventListener("change", () => {
      for (const box of document.querySelectorAll(all.dataset.tous)) box.checked = all.checked;
    });
  }
})();

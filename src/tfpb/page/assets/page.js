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
  document.addEventListener("submit", ({ target }) => waiting.delete(target.elements.namedItem("brouillon")?.value)); // what is sent is no draft
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

  // a folder that is dropped: its files, named after it; of its own a browser sends none, and ends on an error
  const asked = (call) => new Promise((take, fail) => call(take, fail));
  async function under(entry, above = "") {
    if (/^(\.|~\$|Thumbs\.db$)/.test(entry.name)) return [];
    if (entry.isFile) {
      const file = await asked((take, fail) => entry.file(take, fail));
      return above ? [new File([file], above + file.name, { type: file.type })] : [file];
    }
    const reader = entry.createReader(), inside = [];
    for (let some = [0]; some.length; inside.push(...some)) some = await asked((take, fail) => reader.readEntries(take, fail));
    return (await Promise.all(inside.map((one) => under(one, `${above}${entry.name}/`)))).flat();
  }

  // files: dropped anywhere on the page
  const drop = document.getElementById("depot");
  if (drop) {
    const input = drop.querySelector("input[type=file]");
    const lit = (on) => (event) => { event.preventDefault(); drop.classList.toggle("dessus", on); };
    document.addEventListener("dragover", lit(true));
    document.addEventListener("dragleave", lit(false));
    document.addEventListener("drop", async (event) => {
      lit(false)(event);
      const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
      let { files } = event.dataTransfer;
      if (entries.some((entry) => entry.isDirectory)) {
        const whole = new DataTransfer();
        for (const file of (await Promise.all(entries.map((entry) => under(entry)))).flat()) whole.items.add(file);
        ({ files } = whole);
      }
      if (!files.length) return;
      input.files = files;
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
    const here = form.querySelector(".ici");
    let turn = 0, waiting = 0;
    function ask() { // the side is what the stages find there, not what the drawing shows
      const mine = ++turn;
      clearTimeout(waiting);
      waiting = setTimeout(async () => {
        const asked = new URLSearchParams({ cle: field("cle").value, x: field("x").value, y: field("y").value });
        const answer = await fetch(`/lieu${desk}&${asked}`).catch(() => null);
        if (mine === turn) here.textContent = answer?.ok ? await answer.json() : "";
      }, 60);
    }
    let zoom = 1;
    const enlarge = (by) => {
      zoom = Math.min(4, Math.max(1, zoom * by));
      const wide = 2 * middle.x / zoom, tall = 2 * middle.y / zoom;
      const left = Math.max(0, Math.min(2 * middle.x - wide, at.x - wide / 2)), top = Math.max(0, Math.min(2 * middle.y - tall, at.y - tall / 2));
      svg.setAttribute("viewBox", `${left} ${top} ${wide} ${tall}`);
      svg.dataset.zoom = zoom;
      svg.style.setProperty("--z", zoom);
      place();
    };
    for (const button of svg.closest("figure").querySelectorAll("[data-zoom]")) button.addEventListener("click", () => enlarge(Number(button.dataset.zoom)));
    svg.addEventListener("enlarge", ({ detail }) => enlarge(detail));
    const place = () => {
      point.setAttribute("transform", `translate(${at.x} ${at.y}) scale(${1 / zoom})`);
      for (const axis of ["x", "y"]) svg.querySelector(".rayon").setAttribute(`c${axis}`, at[axis]);
    };
    const put = (x, y) => {
      at = { x, y };
      place();
      field("x").value = (x0 + (x - middle.x) / scale).toFixed(1);
      field("y").value = (y0 - (y - middle.y) / scale).toFixed(1);
      const moved = form.querySelector("input[value=deplacer]");
      if (moved && !moved.checked) {
        moved.checked = true;
        moved.dispatchEvent(new Event("input", { bubbles: true }));
      }
      for (const name of ["x", "y"]) field(name).dispatchEvent(new Event("input", { bubbles: true }));
      ask();
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

  // addresses of the base, proposed while one is typed: arrows, Enter, Escape, or a click
  for (const input of document.querySelectorAll("input[role=combobox]")) {
    const list = document.getElementById(input.getAttribute("aria-controls")), { form } = input;
    let turn = 0, waiting = 0, at = -1;
    const close = () => { turn++; list.hidden = true; at = -1; input.setAttribute("aria-expanded", "false"); input.removeAttribute("aria-activedescendant"); };
    const mark = (k) => {
      at = (k + list.children.length) % list.children.length;
      [...list.children].forEach((option, n) => option.setAttribute("aria-selected", String(n === at)));
      input.setAttribute("aria-activedescendant", list.children[at].id);
    };
    const take = (option) => {
      input.value = option.textContent;
      input.dispatchEvent(new CustomEvent("input", { bubbles: true, detail: "taken" }));
      close();
    };
    async function ask() {
      const mine = ++turn;
      const answer = await fetch(`/adresses${desk}&${new URLSearchParams({ cle: form.elements.namedItem("cle").value, texte: input.value })}`).catch(() => null);
      const found = answer?.ok ? await answer.json() : [];
      if (mine !== turn) return;
      list.replaceChildren(...found.map((text, k) => {
        const option = document.createElement("li");
        option.id = `${list.id}-${k}`;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        option.textContent = text;
        option.addEventListener("pointerdown", (event) => { event.preventDefault(); take(option); });
        return option;
      }));
      at = -1;
      list.hidden = !found.length;
      input.setAttribute("aria-expanded", String(found.length > 0));
    }
    input.addEventListener("input", ({ detail }) => {
      const choice = form.querySelector("[name=choix][value=corriger]");
      if (!choice.checked) { choice.checked = true; choice.dispatchEvent(new Event("input", { bubbles: true })); }
      clearTimeout(waiting);
      if (detail !== "taken") waiting = setTimeout(ask, 120);
    });
    input.addEventListener("blur", close);
    input.addEventListener("keydown", (event) => {
      if (list.hidden) return;
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) mark(at < 0 && step < 0 ? -1 : at + step);
      else if (event.key === "Enter" && at >= 0) take(list.children[at]);
      else if (event.key === "Escape") close();
      else return;
      event.preventDefault();
    });
  }

  // doubts by keys: D in, H out, R the whole résidence, J or → the next one, K or ← the one before, + and − the map
  const cards = [...document.querySelectorAll("form.doute")].filter((card) => card.querySelector("[name=choix]"));
  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches("input:not([type=radio],[type=checkbox]),select,textarea");
    if (!cards.length || typing || event.ctrlKey || event.altKey || event.metaKey) return;
    const card = event.target.closest?.("form.doute") || cards[0];
    const side = { d: "dans", h: "hors" }[event.key.toLowerCase()];
    const choice = side && card.querySelector(`[name=choix][value=${side}]`);
    const arrow = !event.target.matches("input,.point") && { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const step = { j: 1, "?": 1, k: -1 }[event.key.toLowerCase()] || arrow;
    const zoom = { "+": 2, "-": 0.5, "−": 0.5 }[event.key];
    const whole = event.key.toLowerCase() === "r" && card.querySelector("[name=groupe]");
    if (whole) {
      whole.click();
    } else if (choice) {
      event.preventDefault();
      choice.checked = true;
      choice.dispatchEvent(new Event("input", { bubbles: true }));
      (card.querySelector("[name=auteur]").value ? card.querySelector("[name=piece]") : card.querySelector("[name=auteur]")).focus();
    } else if (zoom) {
      card.querySelector("svg")?.dispatchEvent(new CustomEvent("enlarge", { detail: zoom }));
    } else if (step) {
      event.preventDefault();
      const next = cards[cards.indexOf(card) + step];
      if (next) { next.scrollIntoView(); next.querySelector("[name=choix]").focus(); return; }
      const page = document.querySelector(`nav a[rel=${step > 0 ? "next" : "prev"}]`);
      if (page) location.href = page.href;
    }
  });

  // a box that ticks all those it heads
  for (const all of document.querySelectorAll("[data-tous]")) {
    all.addEventListener("change", () => {
      for (const box of document.querySelectorAll(all.dataset.tous)) box.checked = all.checked;
    });
  }
})();

// What else might have come at a position of the text: a table of candidates with their probabilities.

import {byId, el, number} from "/assets/common.js";
import {distributionOptions} from "/assets/play-options.js";
import {line, signed} from "/assets/tokens.js";
import {entropy, stages} from "/assets/transforms.js";

const ROWS = 16;

export class Candidates {
  #names = null;
  #known = null;        // of the position, as show() has it
  #rows = ROWS;

  /** @param take is called with the position and the id that the user chooses for it */
  constructor(take) {
    byId("bars").addEventListener("keydown", moveBetweenRows);
    byId("bars").addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (button) {
        take(this.#known.position, Number(button.dataset.id));
      }
    });
    byId("longer").addEventListener("click", () => {
      this.#rows *= 2;
      this.draw();
    });
  }

  /** The vocabulary of the candidates that are shown from now on. */
  set names(names) {
    this.#names = names;
  }

  /** @param hint where no table is */
  clear(hint = "Choose a token of the text, or the place behind it.") {
    this.#known = null;
    byId("bars").hidden = true;
    byId("longer").hidden = true;
    byId("context").textContent = hint;
    byId("part").textContent = "";
  }

  /** @param known {position, present(), ids, promptLength, logits}: what stands before, and what the model says of it */
  show(known) {
    const order = known.logits.map((_, id) => id).sort((a, b) => known.logits[b] - known.logits[a]);
    this.#known = {...known, order};
    this.#rows = ROWS;
    this.draw();
  }

  /** By the options as they stand. Rows stay, so that a focus stays. */
  draw() {
    if (this.#known === null) {
      return;
    }
    const {position, ids, promptLength, logits, order} = this.#known;
    const now = stages(logits, ids, promptLength, distributionOptions());
    this.#fill(now);
    byId("bars").hidden = false;
    byId("longer").hidden = this.#rows >= order.length;
    const part = now.drawn.reduce((count, p) => count + (p > 0 ? 1 : 0), 0);
    byId("part").textContent = `${number(part)} of ${number(logits.length)} tokens take part; `
      + `${entropy(now.drawn).toFixed(2)} bits of choice, ${entropy(now.model).toFixed(2)} by the model alone`;
    const near = ids.slice(-12).map((id) => line(this.#names.name(id))).join("");
    byId("context").textContent = `Position ${position}, after ${ids.length > 12 ? "…" : ""}${near}`;
  }

  #fill(now) {
    const present = this.#known.present();
    const shown = this.#known.order.slice(0, this.#rows);
    if (present !== undefined && !shown.includes(present)) {
      shown.push(present);
    }
    const most = Math.max(...shown.map((id) => Math.max(now.model[id], now.tempered[id], now.drawn[id])));
    const body = byId("bars").tBodies[0];
    while (body.rows.length < shown.length) {
      body.append(emptyRow());
    }
    while (body.rows.length > shown.length) {
      body.lastElementChild.remove();
    }
    shown.forEach((id, i) => this.#fillRow(body.rows[i], id, now, most, id === present));
  }

  #fillRow(row, id, now, most, isPresent) {
    const isExcluded = now.drawn[id] === 0;
    const by = now.excludedBy[id];
    row.classList.toggle("excluded", isExcluded);
    row.classList.toggle("chosen", isPresent);
    this.#label(row.querySelector("button"), id, by, isPresent);
    const lanes = row.querySelectorAll(".lane");
    [now.model, now.tempered, now.drawn].forEach((stage, i) =>
      lanes[i].style.setProperty("--w", (most > 0 ? stage[id] / most : 0).toFixed(4)));
    const [logit, model, tempered, drawn] = row.querySelectorAll(".number");
    logit.textContent = this.#known.logits[id].toFixed(2);
    [[model, now.model], [tempered, now.tempered], [drawn, now.drawn]].forEach(([cell, stage]) => {
      cell.textContent = percent(stage[id]);
      cell.title = String(stage[id]);
    });
    if (isExcluded && by) {
      drawn.textContent = by;
    }
  }

  #label(button, id, excludedBy, isPresent) {
    const name = this.#names.name(id);
    if (button.dataset.id !== String(id)) {
      button.dataset.id = id;
      button.replaceChildren(...(this.#names.isPartial(id) || this.#names.isSpecial(id)
        ? [el("span", {class: "badge"}, line(name))] : signed(name)));
      button.append(name === "" ? "∅" : "");
    }
    button.title = `${line(name)}, token ${id}${excludedBy ? `, excluded by ${excludedBy}` : ""}`
      + (isPresent ? ": stands here" : ": take it and write on from here");
    button.setAttribute("aria-label", button.title);
  }
}

function emptyRow() {
  const cells = ["logit", "p-model", "p-tempered", "p-drawn"].map((name) => el("td", {class: `number ${name}`}));
  return el("tr", {}, el("td", {}, el("button", {type: "button"})),
    el("td", {"aria-hidden": "true"}, ...["model", "tempered", "drawn"].map((name) => el("span", {class: `lane ${name}`}))),
    ...cells);
}

function moveBetweenRows(event) {
  const all = [...byId("bars").querySelectorAll("button")];
  const to = all[all.indexOf(document.activeElement) + ({ArrowUp: -1, ArrowDown: 1}[event.key] ?? NaN)];
  if (to !== undefined) {
    event.preventDefault();
    to.focus();
  }
}

function percent(share) {
  const value = 100 * share;
  return value === 0 ? "–" : value < 0.01 ? "<0.01" : value.toFixed(value < 9.995 ? 2 : 1);
}

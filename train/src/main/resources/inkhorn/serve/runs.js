// The page Runs: a list that keeps up with the disk, and curves of several runs over each other.

import {duration, el, getJson, number} from "/assets/common.js";
import {controls, curveColour, Curves, smooth} from "/assets/curves.js";

const QUANTITIES = [["val_loss", "validation loss"], ["loss", "training loss"], ["lr", "learning rate"],
  ["grad_norm", "gradient norm"], ["tokens_per_s", "tokens/s"]];
/** Keys that differ between any two runs. */
const NAMES = ["run.name", "run.out"];
const REFRESH_MS = 2000;
const FIRST_CHOSEN = 3;

const message = document.querySelector("#message");
const table = document.querySelector("#runs");
const overlay = document.querySelector("#overlay");
const curves = new Curves(document.querySelector("#curves"));
const rows = new Map();
const fetched = new Map();
let runs = [];
let chosen = fromAddress();
let options = null;

function fromAddress() {
  const names = new URLSearchParams(location.hash.slice(1)).getAll("run");
  return names.length === 0 ? null : new Set(names);
}

function toAddress() {
  const parameters = new URLSearchParams();
  chosen.forEach((name) => parameters.append("run", name));
  history.replaceState(null, "", `#${parameters}`);
}

/** Each run keeps its colour while the page is open. */
const colours = new Map();
function colourOf(name) {
  if (!colours.has(name)) {
    colours.set(name, colours.size);
  }
  return curveColour(colours.get(name));
}

function row(name) {
  if (!rows.has(name)) {
    const box = el("input", {type: "checkbox", "aria-label": `overlay ${name}`, onchange: () => choose(name, box.checked)});
    const cells = Array.from({length: 5}, () => el("td"));
    const line = el("tr", {"data-run": name}, el("td", {}, box),
      el("td", {}, el("a", {href: `/run?run=${encodeURIComponent(name)}`}, name)), ...cells);
    cells[1].className = cells[2].className = cells[3].className = "number";
    cells[4].className = "wide faint";
    rows.set(name, {line, box, cells, shown: ""});
  }
  return rows.get(name);
}

function fill(run) {
  const {line, box, cells} = row(run.name);
  box.checked = chosen.has(run.name);
  line.title = run.path;
  const total = run.max_iters;
  cells[0].replaceChildren(el("span", {class: `state ${run.state}`}, run.state));
  cells[1].replaceChildren(total === undefined ? number(run.step) : `${number(run.step)} of ${number(total)}`);
  if (total !== undefined) {
    cells[1].append(el("progress", {max: total, value: Math.min(run.step, total), "aria-label": "steps done"}));
  }
  cells[2].textContent = run.best_val_loss === undefined ? "–"
    : `${number(run.best_val_loss, 4)} at ${number(run.best_step)}`;
  cells[3].textContent = run.seconds > 0 ? duration(run.seconds) : "–";
  cells[4].textContent = run.updated > 0 ? new Date(run.updated).toLocaleString() : "–";
  return line;
}

function choose(name, isChosen) {
  if (isChosen) {
    chosen.add(name);
  } else {
    chosen.delete(name);
  }
  toAddress();
  refreshOverlay();
}

async function refresh() {
  try {
    runs = (await getJson("/api/runs")).runs;
    runs.sort((a, b) => b.updated - a.updated);
  } catch (e) {
    message.hidden = false;
    message.textContent = `The server does not answer; trying again. (${e.message})`;
    return;
  }
  chosen ??= new Set(runs.slice(0, FIRST_CHOSEN).map((run) => run.name));
  message.hidden = runs.length > 0;
  message.textContent = "There is no run yet: java -jar train.jar configs/shakespeare-char-tiny.yaml begins one.";
  table.hidden = runs.length === 0;
  const body = table.tBodies[0];
  const lines = runs.map(fill);
  if (lines.length !== body.rows.length || lines.some((line, i) => body.rows[i] !== line)) {
    const focused = document.activeElement;
    body.replaceChildren(...lines);
    focused.focus();
  }
  await refreshOverlay();
}

async function refreshOverlay() {
  const shown = runs.filter((run) => chosen.has(run.name));
  overlay.hidden = shown.length === 0;
  await Promise.all(shown.filter((run) => fetched.get(run.name)?.updated !== run.updated).map(async (run) => {
    const answer = await getJson(`/api/run/curves?run=${encodeURIComponent(run.name)}`).catch(() => null);
    if (answer !== null) {
      fetched.set(run.name, {updated: run.updated, ...answer});
    }
  }));
  draw();
  differences(shown);
}

function draw() {
  if (overlay.hidden || options === null) {
    return;
  }
  const {quantity, axis, smoothing, log} = options;
  const part = quantity === "val_loss" ? "eval" : "train";
  const lines = runs.filter((run) => chosen.has(run.name) && fetched.has(run.name)).map((run) => {
    const data = fetched.get(run.name)[part];
    return {label: run.name, xs: data[axis], ys: smooth(data[quantity], smoothing), colour: () => colourOf(run.name),
      points: part === "eval"};
  });
  curves.show(lines, {axis, log});
}

/** A row for each config key that is not the same in all chosen runs. */
function differences(shown) {
  const place = document.querySelector("#differences");
  const defaults = Object.assign({}, ...shown.map((run) => run.defaults));
  const value = (run, key) => run.settings[key] ?? defaults[key];
  const keys = Object.keys(defaults).sort()
    .filter((key) => !NAMES.includes(key) && new Set(shown.map((run) => value(run, key))).size > 1);
  const text = JSON.stringify(keys.map((key) => [key, ...shown.map((run) => value(run, key))]));
  if (place.dataset.shown === text) {
    return;
  }
  place.dataset.shown = text;
  place.replaceChildren(keys.length === 0
    ? el("p", {class: "faint"}, shown.length < 2 ? "Choose two or more runs." : "Their configs are the same.")
    : el("table", {},
      el("thead", {}, el("tr", {}, el("th", {scope: "col"}, "Key"),
        ...shown.map((run) => el("th", {scope: "col"}, run.name)))),
      el("tbody", {}, ...keys.map((key) => el("tr", {}, el("th", {scope: "row", class: "mono"}, key),
        ...shown.map((run) => el("td", {class: "mono"}, value(run, key))))))));
}

async function keepUp() {
  if (!document.hidden) {
    await refresh();
  }
  setTimeout(keepUp, REFRESH_MS);
}

controls(document.querySelector("#controls"), "runs", QUANTITIES, (now) => {
  options = now;
  draw();
});
keepUp();

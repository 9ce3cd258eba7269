// What a model computes for a text, and what it is made of.

import {drawAttention} from "/assets/attention.js";
import {byId, colour, el, getJson, number, postJson} from "/assets/common.js";
import {KINDS, TokenMap} from "/assets/map.js";
import {offerModels, openModel, summary} from "/assets/models.js";
import {attempt, kept, line, pressOnly, say, signed} from "/assets/tokens.js";

const VIEWS = {attention: "attention", lens: "lens-view", parameters: "parameters-view", embeddings: "embeddings-view"};

let names = null;
let text = null;            // {prompt} or {ids}: what is looked at
let looked = null;          // what the server computed of it
let drawn = {};             // by view, what it was drawn for, and what is said of it
let map = null;
let asking = 0;             // only the answer to the last question counts
let choosing = 0;           // and to the last for neighbours

const model = () => byId("served").value;
const view = () => document.querySelector("[name=view]:checked").value;

async function show() {
  const asked = ++asking;
  const chosen = view();
  Object.entries(VIEWS).forEach(([name, id]) => byId(id).hidden = name !== chosen);
  byId("asked").hidden = chosen !== "attention" && chosen !== "lens";
  const wanted = JSON.stringify([model(), chosen === "attention" || chosen === "lens" ? text : null]);
  if (drawn[chosen]?.wanted === wanted) {
    say(drawn[chosen].note);
    return;
  }
  say("computing …");
  try {
    const draw = {attention: look, lens: look, parameters: parameters, embeddings: embeddings}[chosen];
    const answer = await draw(wanted);
    if (asked !== asking) {
      return;
    }
    ({attention: () => drawAttention(byId("attention"), answer.data), lens: () => drawLens(answer.data),
      parameters: () => drawParameters(answer), embeddings: () => drawEmbeddings(answer)})[chosen]();
    const note = answer.from > 0
      ? `The last ${number(answer.most)} tokens of the text: more are not seen, or too many for a page.` : "";
    drawn[chosen] = {wanted, note};
    say(note);
  } catch (error) {
    if (asked === asking) {
      byId(VIEWS[chosen]).hidden = true;
      say(error.message, true);
    }
  }
}

/** Attention and lens are of one pass of the model. */
async function look(wanted) {
  if (looked?.wanted !== wanted) {
    looked = {wanted, answer: await postJson("/api/inside/attention", {model: model(), ...text})};
  }
  return looked.answer;
}

// -------------------------------------------------------------------------------------------------- logit lens

function drawLens(data) {
  const shown = (id) => signed(names.name(id) === "" ? "∅" : names.name(id));
  byId("grid").tHead.rows[0].replaceChildren(el("th", {scope: "col"}, "after"),
    ...data.tokens.map((token, i) => el("th", {scope: "col", title: `position ${i}`}, ...shown(token.id))));
  byId("grid").tBodies[0].replaceChildren(...data.lens.map((layer) => el("tr", {},
    el("th", {scope: "row"}, layer.after),
    ...layer.positions.map((at, i) => {
      const follows = at.follows;
      const button = el("button", {type: "button", tabindex: "-1", "aria-pressed": "false",
        class: follows && follows.id === at.top[0].id ? "right" : null,
        title: `${layer.after}, position ${i}: ${line(names.name(at.top[0].id))} ${percent(at.top[0].probability)}`
          + (follows ? `; ${line(names.name(follows.id))}, which follows, is number ${at.rank}, ${percent(follows.probability)}` : "")},
      ...shown(at.top[0].id));
      button.addEventListener("click", () => drawCell(button, layer.after, i, at));
      button.setAttribute("aria-label", button.title);
      return el("td", {}, button);
    }))));
  byId("grid").querySelector("button").tabIndex = 0;
  byId("cell").hidden = true;
  colourLens(data);
  byId("lens-colour").onchange = () => colourLens(data);
}

function colourLens(data) {
  const isTop = byId("lens-colour").value === "top";
  data.lens.forEach((layer, row) => layer.positions.forEach((at, i) =>
    byId("grid").tBodies[0].rows[row].cells[i + 1].firstChild.style
      .setProperty("--p", String((isTop ? at.top[0] : at.follows)?.probability ?? 0))));
}

function percent(share) {
  return `${(100 * share).toFixed(share < 0.001 ? 3 : 1)} %`;
}

function drawCell(button, after, position, at) {
  pressOnly(byId("grid"), button);
  const row = (rank, candidate) => el("tr", {}, el("td", {}, line(names.name(candidate.id))),
    el("td", {class: "number"}, String(rank)), el("td", {class: "number"}, candidate.logit.toFixed(2)),
    el("td", {class: "number"}, percent(candidate.probability)));
  byId("cell").replaceChildren(el("strong", {}, `${after}, position ${position}`),
    el("table", {}, el("thead", {}, el("tr", {}, el("th", {}, "token"), el("th", {class: "number"}, "rank"),
      el("th", {class: "number"}, "logit"), el("th", {class: "number"}, "probability"))),
    el("tbody", {}, ...at.top.map((candidate, i) => row(i + 1, candidate)),
      at.follows && at.rank > at.top.length ? row(at.rank, at.follows) : null)),
    el("p", {class: "faint"}, at.follows ? `In the text follows ${line(names.name(at.follows.id))}.` : "The text ends here."));
  byId("cell").hidden = false;
}

function moveInGrid(event) {
  const cell = document.activeElement.closest("#grid td");
  const [down, right] = {ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0]}[event.key] ?? [0, 0];
  const to = cell?.parentElement.parentElement.rows[cell.parentElement.sectionRowIndex + down]?.cells[cell.cellIndex + right]
    ?.querySelector("button");
  if (to && (down !== 0 || right !== 0)) {
    event.preventDefault();
    to.click();
    to.focus();
  }
}

// -------------------------------------------------------------------------------------------------- parameters

function parameters() {
  return getJson(`/api/inside/summary?model=${encodeURIComponent(model())}`);
}

function drawParameters(answer) {
  const most = Math.max(...answer.parameters.map((tensor) => tensor.count));
  const shape = (sizes) => sizes.join(" × ");
  byId("total").textContent = `${number(answer.parameter_count)} parameters`
    + (answer.trained_count === answer.parameter_count ? "" : `, ${number(answer.trained_count)} of them trained`)
    + `; ${number(answer.flops_per_token)} FLOPs a token, forward and backward`;
  byId("parameters").tBodies[0].replaceChildren(...answer.parameters.map((tensor) => {
    const share = el("span", {class: "share"});
    share.style.setProperty("--w", String(tensor.count / most));
    return el("tr", {}, el("td", {}, tensor.name), el("td", {}, shape(tensor.shape)),
      el("td", {class: "number"}, number(tensor.count)), el("td", {}, share), el("td", {}, tensor.meaning));
  }));
  byId("walk").tBodies[0].replaceChildren(...answer.walk.map((step) => el("tr", {}, el("td", {}, step.name),
    el("td", {}, shape(step.shape)), el("td", {}, step.meaning))));
}

// -------------------------------------------------------------------------------------------------- embeddings

function embeddings() {
  return getJson(`/api/inside/map?model=${encodeURIComponent(model())}`);
}

function drawEmbeddings(points) {
  choosing++;
  const share = points.shares.map((part) => `${(100 * part).toFixed(1)} %`);
  byId("axes").textContent = `The two principal components of ${number(points.x.length)} embeddings, with ${share[0]} and`
    + ` ${share[1]} of their variance. Near means alike only as far as these two directions go; the list goes by all.`;
  map = new TokenMap(byId("tokens-map"), points, names, choose);
  byId("kinds").replaceChildren(...KINDS.map((kind) => {
    const dot = el("i");
    dot.style.background = colour(kind.colour);
    return el("span", {}, dot, kind.title);
  }));
  byId("nearest").tBodies[0].replaceChildren();
  byId("nearest-title").hidden = true;
  find();
}

function find() {
  const wanted = byId("wanted").value;
  const all = names.names.map((name, id) => [name, id]);
  const found = wanted === "" ? []
    : [...all.filter(([name]) => name === wanted), ...all.filter(([, id]) => String(id) === wanted),
      ...all.filter(([name]) => name !== wanted && name.trim() === wanted.trim()),
      ...all.filter(([name]) => name.trim() !== wanted.trim() && name.toLowerCase().includes(wanted.toLowerCase()))];
  const ids = [...new Set(found.map(([, id]) => id))];
  byId("found").replaceChildren(...ids.slice(0, 24).map(tokenButton),
    ids.length > 24 ? el("span", {class: "faint"}, `and ${number(ids.length - 24)} more`)
      : wanted !== "" && ids.length === 0 ? el("span", {class: "faint"}, "no token has this text") : "");
}

function tokenButton(id) {
  const button = el("button", {type: "button", title: `token ${id}`, onclick: () => choose(id)});
  button.append(...signed(names.name(id) === "" ? "∅" : names.name(id)));
  return button;
}

async function choose(id) {
  const asked = ++choosing;
  try {
    const answer = await getJson(`/api/inside/neighbours?model=${encodeURIComponent(model())}&id=${id}&top=12`);
    if (asked !== choosing) {
      return;
    }
    byId("nearest-title").hidden = false;
    byId("nearest-title").textContent = `Nearest to ${line(names.name(id))}, by cosine`;
    byId("nearest").tBodies[0].replaceChildren(...answer.neighbours.map((neighbour) => {
      const share = el("span", {class: "share"});
      share.style.setProperty("--w", String(Math.max(0, neighbour.cosine)));
      return el("tr", {}, el("td", {}, tokenButton(neighbour.id)), el("td", {}, share),
        el("td", {class: "number"}, neighbour.cosine.toFixed(4)));
    }));
    map.mark(id, answer.neighbours.slice(0, 8).map((neighbour) => neighbour.id));
    say("");
  } catch (error) {
    if (asked === choosing) {
      say(error.message, true);
    }
  }
}

// -------------------------------------------------------------------------------------------------------- page

/** Whether it is still the chosen one when it is open. */
async function chooseModel() {
  const opened = await openModel(byId("served"));
  if (opened === null) {
    return false;
  }
  drawn = {};
  looked = null;
  names = opened.names;
  byId("facts").textContent = summary(opened.facts);
  return true;
}

function listen() {
  let typing = 0;
  byId("looked").addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(() => {
      text = {prompt: byId("looked").value};
      show();
    }, 400);
  });
  byId("served").addEventListener("change", async () => {
    text = {prompt: byId("looked").value};
    if (await attempt(chooseModel)) {
      show();
    }
  });
  document.querySelectorAll("[name=view]").forEach((radio) => radio.addEventListener("change", show));
  byId("grid").addEventListener("keydown", moveInGrid);
  byId("wanted").addEventListener("input", find);
  byId("nearer").addEventListener("click", () => map?.enlarge(1.4));
  byId("farther").addEventListener("click", () => map?.enlarge(1 / 1.4));
  byId("whole").addEventListener("click", () => map?.whole());
  addEventListener("resize", () => map?.draw());
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => map?.draw());
}

async function begin() {
  listen();
  if (!await attempt(() => offerModels(byId("served"))) || !await attempt(chooseModel)) {
    return;
  }
  const last = kept();
  const isSame = last?.model === model() && last.tokens?.length > 0;
  byId("looked").value = last?.tokens ? last.tokens.map((token) => token.text).join("") : "";
  text = isSame ? {ids: last.tokens.map((token) => token.id)} : {prompt: byId("looked").value};
  show();
}

begin();

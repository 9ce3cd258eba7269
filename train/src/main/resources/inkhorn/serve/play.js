// The playground: a text token by token, and at each token what else might have come.

import {el, getJson, number, postJson} from "/assets/common.js";
import {attempt, byId, keep, kept, line, offerModels, say, signed, vocabulary} from "/assets/tokens.js";
import {entropy, stages} from "/assets/transforms.js";
import {BeamTree} from "/assets/beams.js";

const FIRST_PROMPT = "ROMEO:";
const ROWS = 16;

/** The sliders: where each is on its way from 0 to 1, and back. */
const SLIDERS = [
  {name: "temperature", title: "Temperature", value: 0.8, step: 0.05, min: 0, hint: "0: the most likely", from: (v) => v / 2, to: (s) => 2 * s},
  {name: "top_k", title: "Top-k", value: 200, step: 1, min: 0, hint: "0: all",
    from: (v) => v === 0 ? 1 : Math.min(0.99, Math.log(v) / Math.log(facts?.vocab_size ?? 2)),
    to: (s) => s >= 0.995 ? 0 : Math.max(1, Math.round((facts?.vocab_size ?? 2) ** s))},
  {name: "top_p", title: "Top-p", value: 1, step: 0.01, min: 0.01, max: 1, from: (v) => v, to: (s) => Math.max(0.01, s)},
  {name: "min_p", title: "Min-p", value: 0, step: 0.01, min: 0, max: 1, from: (v) => v, to: (s) => s},
  {name: "typical_p", title: "Typical-p", value: 1, step: 0.01, min: 0.01, max: 1, from: (v) => v, to: (s) => Math.max(0.01, s)},
];

let facts = null;             // of the model
let names = null;             // its vocabulary
let tokens = [];              // {id, text, logProbability}
let promptLength = 0;
let selected = null;          // a position; that after the last token is the next one's
let choice = null;            // {ids, promptLength, logits, order}: what is known of the position
let rows = ROWS;
let tree = null;
let before = [];              // what Undo goes back to
let writing = null;           // an AbortController
let drawnTokens = 0;          // tokens that are shown
let frame = 0;                // in which more will be
let asking = 0;               // only the answer to the last question counts

// ------------------------------------------------------------------------------------------------------ options

function buildSliders() {
  for (const slider of SLIDERS) {
    const range = el("input", {type: "range", min: 0, max: 1, step: 0.001, id: `${slider.name}_range`,
      "aria-label": slider.title});
    const exact = el("input", {type: "number", id: slider.name, min: slider.min, max: slider.max, step: slider.step,
      value: slider.value, "aria-label": `${slider.title}, exactly`, title: slider.hint});
    range.addEventListener("input", () => {
      const value = slider.to(Number(range.value));
      exact.value = Number((Math.round(value / slider.step) * slider.step).toFixed(3));
      drawBars();
    });
    exact.addEventListener("input", () => {
      placeSlider(slider);
      drawBars();
    });
    byId("drawing").append(el("label", {for: `${slider.name}_range`}, slider.title), range, exact);
  }
  SLIDERS.forEach(placeSlider);
}

function placeSlider(slider) {
  byId(`${slider.name}_range`).value = slider.from(Number(byId(slider.name).value));
}

function valueOf(id) {
  const field = byId(id);
  return field.value.trim() === "" || !Number.isFinite(Number(field.value)) ? Number(field.defaultValue) : Number(field.value);
}

function strategy() {
  return document.querySelector("[name=strategy]:checked").value;
}

/** What the bars are computed with; values that the server would refuse do not move them. */
function options() {
  const share = (name) => Math.min(1, Math.max(1e-9, valueOf(name)));
  return {
    strategy: strategy(),
    temperature: Math.max(0, valueOf("temperature")),
    top_k: Math.max(0, Math.round(valueOf("top_k"))),
    top_p: share("top_p"),
    min_p: Math.min(1, Math.max(0, valueOf("min_p"))),
    typical_p: share("typical_p"),
    repetition_penalty: Math.max(1e-9, valueOf("repetition_penalty")),
    presence_penalty: valueOf("presence_penalty"),
    no_repeat_ngram: Math.max(0, Math.round(valueOf("no_repeat_ngram"))),
  };
}

/** The fields of the request, as they stand on the page. */
function request() {
  const body = {
    model: byId("model").value,
    tokens: valueOf("tokens"),
    slide: byId("slide").checked,
    repetition_penalty: valueOf("repetition_penalty"),
    presence_penalty: valueOf("presence_penalty"),
    no_repeat_ngram: valueOf("no_repeat_ngram"),
    stop: byId("stops").value.split("\n").filter((stop) => stop !== "")
      .map((stop) => stop.replaceAll("\\n", "\n").replaceAll("\\t", "\t")),
  };
  if (strategy() === "beam") {
    return {...body, beam: valueOf("beam"), length_penalty: valueOf("length_penalty"),
      early_stopping: byId("early_stopping").value};
  }
  SLIDERS.forEach(({name}) => body[name] = valueOf(name));
  return {...body, greedy: strategy() === "greedy", seed: byId("seed").value.trim()};
}

// -------------------------------------------------------------------------------------------------------- text

/** From what the model gave the token: 0 for what was certain, 60 for what was hardly to be expected. */
function surprise(token) {
  return token.logProbability === undefined ? 0 : Math.min(60, -6 * token.logProbability / Math.LN2);
}

function tokenButton(token, position) {
  const isWhole = token.text !== "";
  const button = el("button", {type: "button", tabindex: "-1", "data-position": position, "aria-pressed": "false",
    class: position < promptLength ? "prompt" : null});
  button.append(...(isWhole && !names.isSpecial(token.id) ? signed(token.text)
    : [el("span", {class: "badge"}, line(names.name(token.id)))]));
  button.style.setProperty("--surprise", surprise(token).toFixed(1));
  const probability = token.logProbability === undefined ? ""
    : `, probability ${(100 * Math.exp(token.logProbability)).toFixed(2)} %`;
  button.title = `${position}: ${line(names.name(token.id))}${probability}`;
  button.setAttribute("aria-label", button.title);
  return button;
}

function appendToken(token, position) {
  // A line break behind the button: one within it breaks no line of the text.
  byId("written").lastElementChild.before(tokenButton(token, position),
    "\n".repeat(token.text.split("\n").length - 1));
}

/** What was written since, once a frame: the layout of a long text takes longer than a token does. */
function drawNewSoon() {
  if (frame === 0) {
    frame = requestAnimationFrame(drawNew);
  }
}

function drawNew() {
  cancelAnimationFrame(frame);
  frame = 0;
  const isInSight = isEndInSight();
  for (; drawnTokens < tokens.length; drawnTokens++) {
    appendToken(tokens[drawnTokens], drawnTokens);
  }
  numberCaret();
  if (isInSight) {
    byId("written").scrollTop = byId("written").scrollHeight;
  }
}

/** The text anew, with a place behind it for what comes next. */
function drawText() {
  const caret = el("button", {type: "button", class: "caret", tabindex: "-1", "aria-pressed": "false",
    title: "What might come next", "aria-label": "The next token"}, "▏");
  byId("written").replaceChildren(caret);
  drawnTokens = 0;
  drawNew();
  mark();
}

function numberCaret() {
  byId("written").lastElementChild.dataset.position = tokens.length;
}

function mark() {
  const written = byId("written");
  written.querySelectorAll("[aria-pressed=true]").forEach((button) => button.setAttribute("aria-pressed", "false"));
  written.querySelectorAll("[tabindex='0']").forEach((button) => button.tabIndex = -1);
  const at = written.querySelector(`[data-position="${selected ?? tokens.length}"]`) ?? written.lastElementChild;
  at.tabIndex = 0;
  if (selected !== null) {
    at.setAttribute("aria-pressed", "true");
  }
}

function remember() {
  if (tokens.length > 0) {
    before.push({tokens, promptLength, prompt: byId("prompt").value});
    before = before.slice(-50);
  }
  byId("undo").disabled = before.length === 0;
}

function keepText() {
  keep({model: byId("model").value, tokens, promptLength, prompt: byId("prompt").value});
}

function replaceText(next, length) {
  tokens = next;
  promptLength = length;
  selected = null;
  choice = null;
  drawText();
  drawBars();
  keepText();
}

async function readPrompt() {
  const asked = ++asking;
  try {
    const answer = await postJson("/api/play/tokens", {model: byId("model").value, prompt: byId("prompt").value});
    if (asked === asking && writing === null) {
      if (tokens.length > promptLength) {
        remember();
      }
      replaceText(answer.tokens, answer.tokens.length);
      say(`${number(promptLength)} ${promptLength === 1 ? "token" : "tokens"}`);
    }
  } catch (error) {
    if (asked === asking) {
      say(error.message, true);
    }
  }
}

// ----------------------------------------------------------------------------------------------------- writing

/** The events of an answer, as they come. */
async function* events(body, signal) {
  const response = await fetch("/api/play/write", {method: "POST", headers: {"Content-Type": "application/json"},
    body: JSON.stringify(body), signal});
  if (!response.ok) {
    throw new Error((await response.json().catch(() => null))?.error?.message ?? `the server answered ${response.status}`);
  }
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let held = "";
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    held += part.value;
    const lines = held.split("\n\n");
    held = lines.pop();
    for (const data of lines.filter((text) => text.startsWith("data: "))) {
      yield JSON.parse(data.slice("data: ".length));
    }
  }
}

function setWriting(controller) {
  writing = controller;
  ["write", "more", "undo"].forEach((id) => byId(id).disabled = controller !== null);
  byId("undo").disabled ||= before.length === 0;
  byId("stop").disabled = controller === null;
}

const REASONS = {length: "all tokens are written", end_of_text: "the model ended the text", stop: "at a stop text",
  context: "the context is full", exhausted: "every token was excluded"};

/** @param position which candidates to show meanwhile */
async function write(body, position = null) {
  writing?.abort();
  asking++;
  const controller = new AbortController();
  setWriting(controller);
  const began = performance.now();
  let count = 0;
  let said = 0;
  tree = null;
  byId("search").hidden = strategy() !== "beam";
  byId("tree").replaceChildren();
  say("writing …");
  try {
    for await (const event of events(body, controller.signal)) {
      if (event.error) {
        throw new Error(event.error.message);
      } else if (event.event === "start") {
        const known = tokens;
        const same = event.tokens.every((token, i) => known[i]?.id === token.id);
        replaceText(event.tokens.map((token, i) => same ? {...token, logProbability: known[i].logProbability} : token),
          event.prompt_length);
        const base = {tokens: [...tokens], promptLength};
        tree = body.beam ? new BeamTree(byId("tree"), names, (ids) => attempt(() => takeText(base, ids))) : null;
        if (position !== null) {
          select(position);
        }
      } else if (event.event === "token") {
        tokens.push({id: event.id, text: event.text, logProbability: event.log_probability});
        drawNewSoon();
        count++;
      } else if (event.event === "step") {
        tree.step(event.going, event.ended);
        count++;
      } else {
        end(event);
      }
      if (event.event !== "end" && count > 0 && performance.now() - said > 300) {
        said = performance.now();
        say(`${body.beam ? "step" : "token"} ${count} of ${body.tokens}, ${speed(count, began)}`);
      } else if (event.event === "end") {
        const reason = event.reason ?? event.hypotheses[0]?.reason;
        say(`${number(count)} ${body.beam ? "steps" : "tokens"}, ${speed(count, began)}: ${REASONS[reason] ?? ""}`);
      }
    }
  } catch (error) {
    say(controller.signal.aborted ? `stopped after ${number(count)} ${body.beam ? "steps" : "tokens"}` : error.message,
      !controller.signal.aborted);
  } finally {
    if (writing === controller) {
      drawNew();
      setWriting(null);
      keepText();
      mark();
    }
  }
}

function end(event) {
  if (event.rest) {
    tokens.at(-1).text += event.rest;
    drawText();
  }
  if (event.hypotheses?.length > 0) {
    tree.end(event.hypotheses);
    const best = event.hypotheses[0];
    best.tokens.forEach((token, i) => {
      tokens.push({...token, logProbability: best.log_probabilities[i]});
    });
  }
}

function speed(count, began) {
  const perSecond = count / ((performance.now() - began) / 1000);
  return `${number(perSecond, perSecond < 10 ? 1 : 0)} a second`;
}

/** Whether the last line is seen, so that it is to stay so. */
function isEndInSight() {
  const written = byId("written");
  return written.scrollHeight - written.scrollTop - written.clientHeight < 100;
}

/** A text of the tree, in place of the one that stands there: tokens after those that the search began with. */
async function takeText(base, ids) {
  const all = [...base.tokens.map((token) => token.id), ...ids];
  const answer = await postJson("/api/play/tokens", {model: byId("model").value, ids: all});
  remember();
  replaceText(answer.tokens.map((token, i) => ({...base.tokens[i], ...token})), base.promptLength);
  byId("undo").disabled = before.length === 0;
}

function writePrompt() {
  remember();
  write({...request(), prompt: byId("prompt").value});
}

function goOn() {
  if (tokens.length === 0) {
    writePrompt();
    return;
  }
  remember();
  write({...request(), ids: tokens.map((token) => token.id), prompt_length: promptLength});
}

function undo() {
  const last = before.pop();
  if (last) {
    byId("prompt").value = last.prompt;
    replaceText(last.tokens, last.promptLength);
    say("");
  }
  byId("undo").disabled = before.length === 0;
}

/** Another token at the chosen position; the text goes on from there. */
function take(id) {
  const at = selected;
  const isPrompt = at < promptLength;
  remember();
  tokens = [...tokens.slice(0, at), {id, text: names.name(id)}];
  promptLength = isPrompt ? at + 1 : promptLength;
  if (isPrompt) {
    byId("prompt").value = tokens.map((token) => token.text).join("");
  }
  write({...request(), ids: tokens.map((token) => token.id), prompt_length: promptLength}, at);
}

// -------------------------------------------------------------------------------------------------- candidates

async function select(position) {
  selected = position;
  rows = ROWS;
  mark();
  if (position === 0) {
    choice = null;
    drawBars();
    byId("context").textContent = "Nothing stands before the first token, so that the model says nothing of it.";
    return;
  }
  const ids = tokens.slice(0, position).map((token) => token.id);
  const asked = ++asking;
  try {
    const answer = await postJson("/api/play/logits", {model: byId("model").value, ids});
    if (asked === asking && selected === position) {
      const order = answer.logits.map((_, id) => id).sort((a, b) => answer.logits[b] - answer.logits[a]);
      choice = {ids, promptLength: Math.min(promptLength, position), logits: answer.logits, order};
      drawBars();
    }
  } catch (error) {
    if (asked === asking) {
      say(error.message, true);
    }
  }
}

function percent(share) {
  const value = 100 * share;
  return value === 0 ? "–" : value < 0.01 ? "<0.01" : value.toFixed(value < 9.995 ? 2 : 1);
}

/** The table for the chosen position, by the options as they stand. Rows stay, so that a focus stays. */
function drawBars() {
  byId("bars").hidden = choice === null;
  byId("longer").hidden = choice === null || rows >= choice.order.length;
  if (choice === null) {
    byId("context").textContent = "Choose a token of the text, or the place behind it.";
    byId("part").textContent = "";
    return;
  }
  const now = stages(choice.logits, choice.ids, choice.promptLength, options());
  const present = tokens[selected]?.id;
  const shown = choice.order.slice(0, rows);
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
  shown.forEach((id, i) => fillRow(body.rows[i], id, now, most, id === present));
  const part = now.drawn.reduce((count, p) => count + (p > 0 ? 1 : 0), 0);
  byId("part").textContent = `${number(part)} of ${number(choice.logits.length)} tokens take part; `
    + `${entropy(now.drawn).toFixed(2)} bits of choice, ${entropy(now.model).toFixed(2)} by the model alone`;
  const near = choice.ids.slice(-12).map((id) => line(names.name(id))).join("");
  byId("context").textContent = `Position ${selected}, after ${choice.ids.length > 12 ? "…" : ""}${near}`;
}

function emptyRow() {
  const cells = ["logit", "p-model", "p-tempered", "p-drawn"].map((name) => el("td", {class: `number ${name}`}));
  return el("tr", {}, el("td", {}, el("button", {type: "button"})),
    el("td", {"aria-hidden": "true"}, ...["model", "tempered", "drawn"].map((name) => el("span", {class: `lane ${name}`}))),
    ...cells);
}

function fillRow(row, id, now, most, isPresent) {
  const isExcluded = now.drawn[id] === 0;
  row.classList.toggle("excluded", isExcluded);
  row.classList.toggle("chosen", isPresent);
  const button = row.querySelector("button");
  if (button.dataset.id !== String(id)) {
    button.dataset.id = id;
    button.replaceChildren(...(names.isPartial(id) || names.isSpecial(id)
      ? [el("span", {class: "badge"}, line(names.name(id)))] : signed(names.name(id))));
    button.append(names.name(id) === "" ? "∅" : "");
  }
  const by = now.excludedBy[id];
  button.title = `${line(names.name(id))}, token ${id}${by ? `, excluded by ${by}` : ""}`
    + (isPresent ? ": stands here" : ": take it and write on from here");
  button.setAttribute("aria-label", button.title);
  const lanes = row.querySelectorAll(".lane");
  [now.model, now.tempered, now.drawn].forEach((stage, i) =>
    lanes[i].style.setProperty("--w", (most > 0 ? stage[id] / most : 0).toFixed(4)));
  const [logit, model, tempered, drawn] = row.querySelectorAll(".number");
  logit.textContent = choice.logits[id].toFixed(2);
  [[model, now.model], [tempered, now.tempered], [drawn, now.drawn]].forEach(([cell, stage]) => {
    cell.textContent = percent(stage[id]);
    cell.title = String(stage[id]);
  });
  if (isExcluded && by) {
    drawn.textContent = by;
  }
}

// -------------------------------------------------------------------------------------------------------- page

/** Arrow keys: left and right by tokens, up and down by lines. */
function moveInText(event) {
  const all = [...byId("written").querySelectorAll("button")];
  const at = all.indexOf(document.activeElement);
  if (at < 0) {
    return;
  }
  const steps = {ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: all.length - 1,
    ArrowUp: nextLine(all, at, -1), ArrowDown: nextLine(all, at, 1)};
  const to = all[steps[event.key]];
  if (to !== undefined) {
    event.preventDefault();
    to.focus();
    select(Number(to.dataset.position));
  }
}

/** The button nearest to this one on the line above or below. */
function nextLine(all, at, step) {
  const own = all[at].getBoundingClientRect();
  let line = null;
  let best = -1;
  for (let i = at + step; i >= 0 && i < all.length; i += step) {
    const box = all[i].getBoundingClientRect();
    if (Math.abs(box.top - own.top) < 4) {
      continue;
    }
    line ??= box.top;
    if (Math.abs(box.top - line) > 4) {
      break;
    }
    if (best < 0 || Math.abs(box.left - own.left) < Math.abs(all[best].getBoundingClientRect().left - own.left)) {
      best = i;
    }
  }
  return best;
}

function moveInBars(event) {
  const all = [...byId("bars").querySelectorAll("button")];
  const to = all[all.indexOf(document.activeElement) + ({ArrowUp: -1, ArrowDown: 1}[event.key] ?? NaN)];
  if (to !== undefined) {
    event.preventDefault();
    to.focus();
  }
}

async function chooseModel() {
  const model = byId("model").value;
  writing?.abort();
  before = [];
  byId("undo").disabled = true;
  [facts, names] = await Promise.all([getJson(`/api/models/${encodeURIComponent(model)}`), vocabulary(model)]);
  const shape = facts.layers === null ? "bigram" : `${facts.layers} layers × ${facts.heads} heads, ${facts.channels} channels`;
  byId("facts").textContent = `${number(facts.parameters / 1e6, facts.parameters < 1e8 ? 2 : 0)} M parameters · ${shape} · `
    + `${number(facts.vocab_size)} tokens (${facts.tokenizer}) · context ${number(facts.block_size)}`;
  byId("tokens").max = facts.most.tokens;
  byId("beam").max = facts.most.beams;
  byId("top_k").max = facts.vocab_size;
  SLIDERS.forEach(placeSlider);
}

function showStrategy() {
  byId("drawing").hidden = strategy() !== "draw";
  byId("beaming").hidden = strategy() !== "beam";
  drawBars();
}

function listen() {
  let typing = 0;
  byId("prompt").addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(readPrompt, 200);
  });
  byId("prompt").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      clearTimeout(typing);
      writePrompt();
    }
  });
  byId("model").addEventListener("change", async () => {
    await attempt(chooseModel);
    await readPrompt();
  });
  byId("write").addEventListener("click", () => {
    clearTimeout(typing);
    writePrompt();
  });
  byId("more").addEventListener("click", goOn);
  byId("stop").addEventListener("click", () => writing?.abort());
  byId("undo").addEventListener("click", undo);
  byId("reseed").addEventListener("click", () => byId("seed").value = String(Math.floor(Math.random() * 1e9)));
  byId("copy").addEventListener("click", () => attempt(() =>
    navigator.clipboard.writeText(tokens.map((token) => token.text).join(""))));
  byId("tint").addEventListener("change", () => byId("written").classList.toggle("tint", byId("tint").checked));
  byId("written").classList.add("tint");
  byId("written").addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) {
      select(Number(button.dataset.position));
    }
  });
  byId("written").addEventListener("keydown", moveInText);
  byId("bars").addEventListener("keydown", moveInBars);
  byId("bars").addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button && selected !== null) {
      take(Number(button.dataset.id));
    }
  });
  byId("longer").addEventListener("click", () => {
    rows *= 2;
    drawBars();
  });
  document.querySelectorAll("[name=strategy]").forEach((radio) => radio.addEventListener("change", showStrategy));
  ["repetition_penalty", "presence_penalty", "no_repeat_ngram"].forEach((id) =>
    byId(id).addEventListener("input", drawBars));
}

async function begin() {
  buildSliders();
  listen();
  if (!await attempt(() => offerModels(byId("model"))) || !await attempt(chooseModel)) {
    return;
  }
  const link = new URLSearchParams(location.search);
  const last = kept();
  if (link.has("prompt")) {
    await follow(link);
  } else if (last?.model === byId("model").value && last.tokens?.length > 0) {
    byId("prompt").value = last.prompt;
    replaceText(last.tokens, last.promptLength);
  } else {
    const letters = names.names.join("");
    byId("prompt").value = [...FIRST_PROMPT].every((letter) => letters.includes(letter)) ? FIRST_PROMPT : "";
    await readPrompt();
  }
}

/** A link may give the prompt and the options: /play?prompt=ROMEO:&seed=2&tokens=100&write&position=30. */
async function follow(link) {
  byId("prompt").value = link.get("prompt");
  ["tokens", "seed", ...SLIDERS.map((slider) => slider.name)].filter((id) => link.has(id))
    .forEach((id) => byId(id).value = link.get(id));
  SLIDERS.forEach(placeSlider);
  await readPrompt();
  if (link.has("write")) {
    await write({...request(), prompt: byId("prompt").value});
  }
  const position = Number(link.get("position") ?? NaN);
  if (Number.isInteger(position) && position >= 0 && position <= tokens.length) {
    await select(position);
  }
}

begin();

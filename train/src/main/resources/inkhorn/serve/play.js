// The playground: a text token by token, and at each token what else might have come.

import {BeamTree} from "/assets/beams.js";
import {byId, number, postJson} from "/assets/common.js";
import {offerModels, openModel, summary} from "/assets/models.js";
import {Candidates} from "/assets/play-candidates.js";
import {buildOptions, limitOptions, requestOptions, setOptions} from "/assets/play-options.js";
import {WrittenText} from "/assets/play-text.js";
import {Writing} from "/assets/play-writing.js";
import {attempt, keep, kept, say} from "/assets/tokens.js";

const FIRST_PROMPT = "ROMEO:";
const TYPING_MS = 200;
const MOST_UNDONE = 50;

const text = new WrittenText(byId("written"), select);
const candidates = new Candidates(take);
const writing = new Writing(showWriting);

let names = null;             // the model's vocabulary
let tree = null;
let before = [];              // what Undo goes back to
let typing = 0;               // a timer, by which the prompt is read
let asking = 0;               // only the answer to the last question counts

// -------------------------------------------------------------------------------------------------------- text

function showWriting() {
  if (!writing.isRunning) {
    text.drawNew();
    text.mark();
    keepText();
  }
  ["write", "more"].forEach((id) => byId(id).disabled = writing.isRunning);
  byId("stop").disabled = !writing.isRunning;
  showUndo();
}

function showUndo() {
  byId("undo").disabled = writing.isRunning || before.length === 0;
}

function remember() {
  if (text.tokens.length > 0) {
    before.push({tokens: text.tokens, promptLength: text.promptLength, prompt: byId("prompt").value});
    before = before.slice(-MOST_UNDONE);
  }
  showUndo();
}

function undo() {
  const last = before.pop();
  if (last) {
    byId("prompt").value = last.prompt;
    replaceText(last.tokens, last.promptLength);
    say("");
  }
  showUndo();
}

/** For the page Inside, and for this one when it is opened anew. */
function keepText() {
  keep({model: byId("model").value, tokens: text.tokens, promptLength: text.promptLength, prompt: byId("prompt").value});
}

function replaceText(tokens, promptLength) {
  text.replace(tokens, promptLength);
  candidates.clear();
  keepText();
}

function readSoon() {
  clearTimeout(typing);
  typing = setTimeout(readPrompt, TYPING_MS);
}

async function readPrompt() {
  const asked = ++asking;
  try {
    const answer = await postJson("/api/play/tokens", {model: byId("model").value, prompt: byId("prompt").value});
    if (asked === asking && !writing.isRunning) {
      if (text.tokens.length > text.promptLength) {
        remember();
      }
      replaceText(answer.tokens, answer.tokens.length);
      say(`${number(text.promptLength)} ${text.promptLength === 1 ? "token" : "tokens"}`);
    }
  } catch (error) {
    if (asked === asking) {
      say(error.message, true);
    }
  }
}

// ----------------------------------------------------------------------------------------------------- writing

/** @param position which candidates to show meanwhile */
async function write(what, position = null) {
  const body = {...requestOptions(), ...what};
  asking++;
  tree = null;
  byId("search").hidden = body.beam === undefined;
  byId("tree").replaceChildren();
  await writing.run(body, {
    start: (event) => start(event, body, position),
    token: (event) => text.add({id: event.id, text: event.text, logProbability: event.log_probability}),
    step: (event) => tree.step(event.going, event.ended),
    end,
  });
}

function start(event, body, position) {
  const known = text.tokens;
  const same = event.tokens.every((token, i) => known[i]?.id === token.id);
  replaceText(event.tokens.map((token, i) => same ? {...token, logProbability: known[i].logProbability} : token),
    event.prompt_length);
  const base = {tokens: [...text.tokens], promptLength: text.promptLength};
  tree = body.beam ? new BeamTree(byId("tree"), names, (ids) => attempt(() => takeText(base, ids))) : null;
  if (position !== null) {
    select(position);
  }
}

function end(event) {
  if (event.rest) {
    text.tokens.at(-1).text += event.rest;
    text.draw();
  }
  if (event.hypotheses?.length > 0) {
    tree.end(event.hypotheses);
    const best = event.hypotheses[0];
    best.tokens.forEach((token, i) => text.add({...token, logProbability: best.log_probabilities[i]}));
  }
}

function writePrompt() {
  clearTimeout(typing);
  remember();
  return write({prompt: byId("prompt").value});
}

function goOn() {
  if (text.tokens.length === 0) {
    writePrompt();
    return;
  }
  remember();
  write({ids: text.ids, prompt_length: text.promptLength});
}

/** Another token at the chosen position; the text goes on from there. */
function take(id) {
  const at = text.selected;
  if (at === null) {
    return;
  }
  const isPrompt = at < text.promptLength;
  remember();
  text.tokens = [...text.tokens.slice(0, at), {id, text: names.name(id)}];
  text.promptLength = isPrompt ? at + 1 : text.promptLength;
  if (isPrompt) {
    byId("prompt").value = text.string;
  }
  write({ids: text.ids, prompt_length: text.promptLength}, at);
}

/** A text of the tree, in place of the one that stands there: tokens after those that the search began with. */
async function takeText(base, ids) {
  const all = [...base.tokens.map((token) => token.id), ...ids];
  const answer = await postJson("/api/play/tokens", {model: byId("model").value, ids: all});
  remember();
  replaceText(answer.tokens.map((token, i) => ({...base.tokens[i], ...token})), base.promptLength);
}

async function select(position) {
  text.selected = position;
  text.mark();
  if (position === 0) {
    candidates.clear("Nothing stands before the first token, so that the model says nothing of it.");
    return;
  }
  const ids = text.ids.slice(0, position);
  const asked = ++asking;
  try {
    const {logits} = await postJson("/api/play/logits", {model: byId("model").value, ids});
    if (asked === asking && text.selected === position) {
      candidates.show({position, present: () => text.tokens[position]?.id, ids,
        promptLength: Math.min(text.promptLength, position), logits});
    }
  } catch (error) {
    if (asked === asking) {
      say(error.message, true);
    }
  }
}

// -------------------------------------------------------------------------------------------------------- page

async function chooseModel() {
  writing.stop();
  before = [];
  showUndo();
  const model = await openModel(byId("model"));
  names = text.names = candidates.names = model.names;
  byId("facts").textContent = summary(model.facts);
  limitOptions(model.facts);
}

function listen() {
  byId("prompt").addEventListener("input", readSoon);
  byId("prompt").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      writePrompt();
    }
  });
  byId("model").addEventListener("change", async () => {
    await attempt(chooseModel);
    await readPrompt();
  });
  byId("write").addEventListener("click", writePrompt);
  byId("more").addEventListener("click", goOn);
  byId("stop").addEventListener("click", () => writing.stop());
  byId("undo").addEventListener("click", undo);
  byId("copy").addEventListener("click", () => attempt(() => navigator.clipboard.writeText(text.string)));
  byId("tint").addEventListener("change", () => byId("written").classList.toggle("tint", byId("tint").checked));
  byId("written").classList.add("tint");
}

async function begin() {
  buildOptions(() => candidates.draw());
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
  setOptions(link);
  await readPrompt();
  if (link.has("write")) {
    await write({prompt: byId("prompt").value});
  }
  const position = Number(link.get("position") ?? NaN);
  if (Number.isInteger(position) && position >= 0 && position <= text.tokens.length) {
    await select(position);
  }
}

begin();

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
let reading = 0;              // only the answer to the last question for a prompt counts
let asking = 0;               // and to the last for candidates

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
    before.push(text.state);
    before = before.slice(-MOST_UNDONE);
  }
  showUndo();
}

function undo() {
  const last = before.pop();
  if (last) {
    stopReading();
    byId("prompt").value = last.prompt;
    replaceText(last.tokens, last.promptLength, last.prompt);
    say("");
  }
  showUndo();
}

/** For the page Inside, and for this one when it is opened anew. */
function keepText() {
  keep({model: byId("model").value, ...text.state});
}

function replaceText(tokens, promptLength, prompt) {
  asking++;
  text.replace(tokens, promptLength, prompt);
  candidates.clear();
  keepText();
}

function readSoon() {
  clearTimeout(typing);
  typing = setTimeout(readPrompt, TYPING_MS);
}

/** A prompt that is typed or on its way to the server no longer replaces the text. */
function stopReading() {
  clearTimeout(typing);
  reading++;
}

async function readPrompt() {
  stopReading();
  const asked = reading;
  const prompt = byId("prompt").value;
  try {
    const answer = await postJson("/api/play/tokens", {model: byId("model").value, prompt});
    if (asked === reading && !writing.isRunning) {
      if (text.tokens.length > text.promptLength) {
        remember();
      }
      replaceText(answer.tokens, answer.tokens.length, prompt);
      say(`${number(text.promptLength)} ${text.promptLength === 1 ? "token" : "tokens"}`);
    }
  } catch (error) {
    if (asked === reading) {
      say(error.message, true);
    }
  }
}

// ----------------------------------------------------------------------------------------------------- writing

/**
 * @param what stands there, as the request has it
 * @param prompt of what stands there
 * @param position which candidates to show meanwhile
 */
async function write(what, prompt, position = null) {
  const body = {...requestOptions(), ...what};
  stopReading();
  tree = null;
  byId("search").hidden = body.beam === undefined;
  byId("tree").replaceChildren();
  await writing.run(body, {
    start: (event) => {
      start(event, prompt, position);
      tree = body.beam ? searchTree() : null;
    },
    token: (event) => text.add({id: event.id, text: event.text, logProbability: event.log_probability}),
    step: (event) => tree.step(event.going, event.ended),
    end,
  });
}

/** Only now is it certain that the text will be written: one that the server refuses changes nothing. */
function start(event, prompt, position) {
  remember();
  if (prompt !== text.prompt) {
    byId("prompt").value = prompt;
  }
  replaceText(text.known(event.tokens), event.prompt_length, prompt);
  if (position !== null) {
    select(position);
  }
}

/** Its texts take the place of the one that stands there: each goes on from that. */
function searchTree() {
  const {ids, promptLength, prompt} = text;
  return new BeamTree(byId("tree"), names, (more) => attempt(() => takeText([...ids, ...more], promptLength, prompt)));
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
  const prompt = byId("prompt").value;
  return write({prompt}, prompt);
}

function goOn() {
  if (text.tokens.length === 0) {
    writePrompt();
    return;
  }
  write({ids: text.ids, prompt_length: text.promptLength}, text.prompt);
}

/** Another token at a position; the text goes on from there. */
function take(position, id) {
  const ids = [...text.ids.slice(0, position), id];
  if (position >= text.promptLength) {
    write({ids, prompt_length: text.promptLength}, text.prompt, position);
    return;
  }
  const prompt = text.tokens.slice(0, position).map((token) => token.text).join("") + names.name(id);
  write({ids, prompt_length: ids.length}, prompt, position);
}

async function takeText(ids, promptLength, prompt) {
  writing.stop();
  stopReading();
  const asked = reading;
  const answer = await postJson("/api/play/tokens", {model: byId("model").value, ids});
  if (asked === reading) {
    remember();
    replaceText(text.known(answer.tokens), promptLength, prompt);
  }
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

/** Whether it is still the chosen one when it is open. The tokens of another have no meaning for it. */
async function chooseModel() {
  writing.stop();
  stopReading();
  asking++;
  before = [];
  showUndo();
  text.replace([], 0, "");
  candidates.clear();
  byId("search").hidden = true;
  const model = await openModel(byId("model"));
  if (model === null) {
    return false;
  }
  names = text.names = candidates.names = model.names;
  byId("facts").textContent = summary(model.facts);
  limitOptions(model.facts);
  return true;
}

function listen() {
  byId("prompt").addEventListener("input", readSoon);
  byId("prompt").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      writePrompt();
    }
  });
  byId("model").addEventListener("change", async () => {
    if (await attempt(chooseModel)) {
      await readPrompt();
    }
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
  } else if (last?.model === byId("model").value && last.tokens?.length > 0
      && last.tokens.every((token) => token.id < names.names.length)) {
    byId("prompt").value = last.prompt;
    replaceText(last.tokens, last.promptLength, last.prompt);
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
    await writePrompt();
  }
  const position = Number(link.get("position") ?? NaN);
  if (Number.isInteger(position) && position >= 0 && position <= text.tokens.length) {
    await select(position);
  }
}

begin();

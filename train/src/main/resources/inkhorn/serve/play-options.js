// The form with the options of writing.

import {byId, el} from "/assets/common.js";

let vocabSize = 2;

/** The sliders: where each is on its way from 0 to 1, and back. */
const SLIDERS = [
  {name: "temperature", title: "Temperature", value: 0.8, step: 0.05, min: 0, hint: "0: the most likely", from: (v) => v / 2, to: (s) => 2 * s},
  {name: "top_k", title: "Top-k", value: 200, step: 1, min: 0, hint: "0: all",
    from: (v) => v === 0 ? 1 : Math.min(0.99, Math.log(v) / Math.log(vocabSize)),
    to: (s) => s >= 0.995 ? 0 : Math.max(1, Math.round(vocabSize ** s))},
  {name: "top_p", title: "Top-p", value: 1, step: 0.01, min: 0.01, max: 1, from: (v) => v, to: (s) => Math.max(0.01, s)},
  {name: "min_p", title: "Min-p", value: 0, step: 0.01, min: 0, max: 1, from: (v) => v, to: (s) => s},
  {name: "typical_p", title: "Typical-p", value: 1, step: 0.01, min: 0.01, max: 1, from: (v) => v, to: (s) => Math.max(0.01, s)},
];

/** @param changed is called when an option changes that moves the distribution of the next token */
export function buildOptions(changed) {
  SLIDERS.forEach((slider) => buildSlider(slider, changed));
  placeSliders();
  document.querySelectorAll("[name=strategy]").forEach((radio) => radio.addEventListener("change", () => {
    byId("drawing").hidden = strategy() !== "draw";
    byId("beaming").hidden = strategy() !== "beam";
    changed();
  }));
  ["repetition_penalty", "presence_penalty", "no_repeat_ngram"].forEach((id) =>
    byId(id).addEventListener("input", changed));
  byId("reseed").addEventListener("click", () => byId("seed").value = String(Math.floor(Math.random() * 1e9)));
}

function buildSlider(slider, changed) {
  const range = el("input", {type: "range", min: 0, max: 1, step: 0.001, id: `${slider.name}_range`,
    "aria-label": slider.title});
  const exact = el("input", {type: "number", id: slider.name, min: slider.min, max: slider.max, step: slider.step,
    value: slider.value, "aria-label": `${slider.title}, exactly`, title: slider.hint});
  range.addEventListener("input", () => {
    const value = slider.to(Number(range.value));
    exact.value = Number((Math.round(value / slider.step) * slider.step).toFixed(3));
    changed();
  });
  exact.addEventListener("input", () => {
    placeSlider(slider);
    changed();
  });
  byId("drawing").append(el("label", {for: `${slider.name}_range`}, slider.title), range, exact);
}

function placeSlider(slider) {
  byId(`${slider.name}_range`).value = slider.from(Number(byId(slider.name).value));
}

function placeSliders() {
  SLIDERS.forEach(placeSlider);
}

/** The most that the server allows with a model. */
export function limitOptions(facts) {
  vocabSize = facts.vocab_size;
  byId("tokens").max = facts.most.tokens;
  byId("beam").max = facts.most.beams;
  byId("top_k").max = facts.vocab_size;
  placeSliders();
}

/** @param link the parameters of an address, some of them options */
export function setOptions(link) {
  ["tokens", "seed", ...SLIDERS.map((slider) => slider.name)].filter((id) => link.has(id))
    .forEach((id) => byId(id).value = link.get(id));
  placeSliders();
}

function valueOf(id) {
  const field = byId(id);
  return field.value.trim() === "" || !Number.isFinite(Number(field.value)) ? Number(field.defaultValue) : Number(field.value);
}

export function strategy() {
  return document.querySelector("[name=strategy]:checked").value;
}

/** For the distribution that the page computes; values that the server would refuse do not move it. */
export function distributionOptions() {
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

/** For the server, as they stand on the page. */
export function requestOptions() {
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

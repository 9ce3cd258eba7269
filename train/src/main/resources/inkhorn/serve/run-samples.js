// The samples of a run: the newest, and those before it folded away.

import {byId, el, number} from "/assets/common.js";

/** Samples that are shown; all are in the log. */
const SAMPLES = 30;

export class RunSamples {
  #samples = [];
  #isNew = true;

  clear() {
    this.#samples = [];
    this.#isNew = true;
  }

  /** @param sample {step, text} */
  add(sample) {
    this.#samples = [...this.#samples, sample].slice(-SAMPLES);
    this.#isNew = true;
  }

  /** What is shown stays where nothing is new. */
  draw() {
    if (this.#isNew) {
      this.#isNew = false;
      this.#drawAll(byId("samples"));
    }
  }

  #drawAll(place) {
    const open = place.querySelector("details")?.open === true;
    const newestFirst = [...this.#samples].reverse();
    if (newestFirst.length === 0) {
      place.replaceChildren(el("p", {class: "faint"}, "None yet: they are written at evaluations (train.sample_chars)."));
      return;
    }
    place.replaceChildren(article(newestFirst[0]));
    if (newestFirst.length > 1) {
      place.append(el("details", {open}, el("summary", {}, `${newestFirst.length - 1} before`),
        ...newestFirst.slice(1).map(article)));
    }
  }
}

/** Texts of a model are text, whatever they look like. */
function article(sample) {
  return el("article", {class: "panel", "data-step": sample.step},
    el("h3", {}, `step ${number(sample.step)}`), el("pre", {class: "text"}, sample.text));
}

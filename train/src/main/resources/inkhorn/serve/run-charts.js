// The charts of a run. On the same machine a training needs the processor, so that they are drawn seldom.

import {byId} from "/assets/common.js";
import {controls, curveColour, Curves, smooth} from "/assets/curves.js";

const CHART_MS = 2000;
/** Charts rest for so many times as long as they took. */
const CHART_REST = 40;

export class RunCharts {
  #charts = {
    loss: new Curves(byId("loss"), 340),
    lr: new Curves(byId("lr"), 200),
    grad_norm: new Curves(byId("grad_norm"), 200),
    tokens_per_s: new Curves(byId("tokens_per_s"), 200),
    peak_share: new Curves(byId("peak_share"), 200),
  };
  #options = null;
  #isDue = false;
  #timer = null;

  /** @param changed is called when the user chooses another form of the charts */
  constructor(changed) {
    controls(byId("controls"), "live", null, (chosen) => {
      this.#options = chosen;
      clearTimeout(this.#timer);
      this.#timer = null;
      this.#isDue = true;
      changed();
    });
  }

  /** There is something new to draw. */
  expect() {
    this.#isDue = true;
  }

  /**
   * Every two seconds at most, and only where there is something new.
   *
   * @param records gives the columns of the run's records, by event
   */
  drawIfDue(records) {
    if (this.#isDue && this.#timer === null) {
      this.#isDue = false;
      const began = performance.now();
      this.#draw(records());
      const rest = CHART_REST * (performance.now() - began);
      this.#timer = setTimeout(() => {
        this.#timer = null;
        this.drawIfDue(records);
      }, Math.max(CHART_MS, rest));
    }
  }

  #draw(records) {
    const {axis, log, smoothing} = this.#options;
    const xs = records.train[axis];
    const line = (label, ys, n, more = {}) => ({label, xs, ys, colour: () => curveColour(n), ...more});
    const smoothed = smoothing > 0;
    this.#charts.loss.show([
      ...smoothed ? [line("training, as measured", records.train.loss, 0, {faint: true})] : [],
      line("training", smooth(records.train.loss, smoothing), 0),
      {label: "training, evaluated", xs: records.eval[axis], ys: records.eval.train_loss, colour: () => curveColour(2),
        points: true, dash: [6, 4]},
      {label: "validation", xs: records.eval[axis], ys: records.eval.val_loss, colour: () => curveColour(1), points: true},
    ], {axis, log});
    this.#charts.lr.show([line("learning rate", records.train.lr, 4)], {axis, log: false});
    for (const [key, n, digits] of [["grad_norm", 3, 3], ["tokens_per_s", 0, 0], ["peak_share", 2, 3]]) {
      this.#charts[key].show([
        ...smoothed ? [line("as measured", records.train[key], n, {faint: true})] : [],
        line(key === "peak_share" ? "share" : key === "grad_norm" ? "norm" : "tokens/s",
          smooth(records.train[key], smoothing), n),
      ], {axis, log: false, digits});
    }
  }
}

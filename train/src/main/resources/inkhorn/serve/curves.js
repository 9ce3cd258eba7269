// Curves over steps, tokens or seconds: what Runs and Live run share.

import {colour, duration, el, number} from "/assets/common.js";
import uPlot from "/assets/uplot.js";

/** What an x axis may count. */
export const AXES = {step: "steps", tokens: "tokens", seconds: "time"};

const CURVE_COLOURS = 8;
const dark = matchMedia("(prefers-color-scheme: dark)");

/** A colour for the n-th of several curves. */
export function curveColour(n) {
  return colour(`curve${n % CURVE_COLOURS + 1}`);
}

/**
 * An exponential moving average, as TensorBoard's: each value is weighted by smoothing^(how many values ago), and the
 * missing past is divided out.
 */
export function smooth(values, smoothing) {
  if (smoothing <= 0) {
    return values;
  }
  let mean = 0;
  let weight = 0;
  return values.map((value) => {
    if (value === null || !Number.isFinite(value)) {
      return null;
    }
    mean = smoothing * mean + (1 - smoothing) * value;
    weight = smoothing * weight + (1 - smoothing);
    return mean / weight;
  });
}

/** Shows a chart of lines; a new one is drawn where the kind of axis or the set of lines changes, else the data move on. */
export class Curves {
  #place;
  #height;
  #plot = null;
  #shape = "";
  #last = null;
  #isSeen = false;

  constructor(place, height = 320) {
    this.#place = place;
    this.#height = height;
    new ResizeObserver(() => this.#fit()).observe(place);
    // What nobody sees costs a training on the same machine its time all the same.
    new IntersectionObserver((entries) => {
      this.#isSeen = entries[entries.length - 1].isIntersecting;
      this.#draw();
    }, {rootMargin: "200px"}).observe(place);
    dark.addEventListener("change", () => {
      this.#shape = "";
      this.#draw();
    });
  }

  /**
   * @param lines {label, xs, ys, colour (a function), dash, faint, points}; the xs ascend
   * @param options {axis: a key of AXES, log, unit}
   */
  show(lines, options) {
    this.#last = [lines, options];
    this.#draw();
  }

  #draw() {
    if (this.#last === null || !this.#isSeen) {
      return;
    }
    const [lines, options] = this.#last;
    const data = lines.length === 0 ? [[]]
      : uPlot.join(lines.map((line) => [line.xs, options.log ? line.ys.map((y) => y > 0 ? y : null) : line.ys]));
    const shape = JSON.stringify([lines.map((line) => [line.label, line.dash, line.faint]), options]);
    if (shape === this.#shape) {
      this.#plot.setData(data);
      return;
    }
    this.#plot?.destroy();
    this.#shape = shape;
    this.#plot = new uPlot(this.#settings(lines, options), data, this.#place);
  }

  #width() {
    return Math.max(200, Math.floor(this.#place.clientWidth));
  }

  #fit() {
    if (this.#plot !== null && this.#plot.width !== this.#width()) {
      this.#plot.setSize({width: this.#width(), height: this.#height});
    }
  }

  #settings(lines, {axis, log, digits = 4}) {
    const text = colour("faint");
    const grid = {stroke: colour("line"), width: 1};
    const x = axis === "seconds" ? (value) => duration(value) : (value) => short(value);
    return {
      width: this.#width(),
      height: this.#height,
      scales: {x: {time: false}, y: log ? {distr: 3} : {}},
      axes: [
        {stroke: text, grid, ticks: grid, label: AXES[axis], labelSize: 22, values: (_, ticks) => ticks.map(x)},
        {stroke: text, grid, ticks: grid, size: 64,
          values: (_, ticks) => ticks.map((tick) => tick === null ? null : short(tick))},
      ],
      cursor: {drag: {x: true, y: false}},
      series: [
        {label: AXES[axis], value: (_, value) => value === null ? "–"
          : axis === "seconds" ? duration(value) : number(value)},
        ...lines.map((line) => ({
          label: line.label,
          stroke: line.colour(),
          width: line.faint ? 1 : 2,
          alpha: line.faint ? 0.35 : 1,
          dash: line.dash,
          spanGaps: true,
          points: {show: line.points === true && line.xs.length < 100, size: 5},
          value: (_, value) => value === null ? "–" : significant(value, digits),
        })),
      ],
    };
  }
}

/** 12000 is 12k: for the numbers at an axis. */
function short(value) {
  if (value !== 0 && (Math.abs(value) < 1e-3)) {
    return value.toExponential(0);
  }
  return value.toLocaleString("en-US", {notation: "compact", maximumSignificantDigits: 4});
}

function significant(value, digits) {
  return Math.abs(value) >= 1000 ? number(value)
    : value !== 0 && Math.abs(value) < 1e-3 ? value.toExponential(2) : value.toFixed(digits);
}

/**
 * The controls of a chart. What is chosen stays for the next visit.
 *
 * @param quantities [key, title] of what may be shown, or null where there is no choice
 * @param changed called with {quantity, axis, log, smoothing} now and after each change
 */
export function controls(place, name, quantities, changed) {
  const kept = read(name);
  const quantity = quantities === null ? null : choice("Show", quantities, kept.quantity);
  const axis = choice("Against", Object.entries(AXES), kept.axis);
  const log = el("input", {type: "checkbox", id: `${name}-log`});
  log.checked = kept.log === true;
  const smoothing = el("input", {type: "range", id: `${name}-smoothing`, min: 0, max: 0.99, step: 0.01,
    value: kept.smoothing ?? 0});
  const shown = el("output", {class: "faint"});
  const tell = () => {
    const now = {quantity: quantity?.select.value, axis: axis.select.value, log: log.checked,
      smoothing: Number(smoothing.value)};
    shown.textContent = now.smoothing.toFixed(2);
    write(name, now);
    changed(now);
  };
  for (const input of [quantity?.select, axis.select, log, smoothing]) {
    input?.addEventListener("input", tell);
  }
  place.append(...[quantity?.label, axis.label, el("label", {}, log, "log scale"),
    el("label", {}, "Smoothing", smoothing, shown)].filter((label) => label));
  tell();
}

function choice(title, options, chosen) {
  const select = el("select", {"data-choice": title.toLowerCase()},
    ...options.map(([value, text]) => el("option", {value, selected: value === chosen}, text)));
  return {select, label: el("label", {}, title, select)};
}

function read(name) {
  try {
    return JSON.parse(localStorage.getItem(`inkhorn-${name}`)) ?? {};
  } catch {
    return {};
  }
}

function write(name, value) {
  try {
    localStorage.setItem(`inkhorn-${name}`, JSON.stringify(value));
  } catch {
    // A browser that keeps nothing: the next visit begins with the defaults.
  }
}

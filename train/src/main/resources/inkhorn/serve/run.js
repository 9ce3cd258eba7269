// The page Live run: the log of one run as it grows, and what its training does right now.

import {duration, el, getJson, number, postJson} from "/assets/common.js";
import {controls, curveColour, Curves, smooth} from "/assets/curves.js";

const COLUMNS = {
  train: ["step", "tokens", "seconds", "loss", "lr", "grad_norm", "tokens_per_s", "peak_share", "step_ms"],
  eval: ["step", "tokens", "seconds", "train_loss", "val_loss", "val_bits_per_byte"],
};
const PHASES = {preparing: "preparing", training: "", evaluating: "evaluating", writing: "writing a sample",
  saving: "saving a checkpoint", stopping: "stopping", ended: "ended"};
/** Samples that are shown; all are in the log. */
const SAMPLES = 30;
const RETRY_MS = 2000;
const LIST_MS = 5000;
const DRAW_MS = 20;
const CHART_MS = 2000;
/** Charts rest for so many times as long as they took: on the same machine, a training needs the processor. */
const CHART_REST = 40;
/** Steps whose speed the time left is told from. */
const RECENT = 20;

const at = (id) => document.getElementById(id);
const charts = {
  loss: new Curves(at("loss"), 340),
  lr: new Curves(at("lr"), 200),
  grad_norm: new Curves(at("grad_norm"), 200),
  tokens_per_s: new Curves(at("tokens_per_s"), 200),
  peak_share: new Curves(at("peak_share"), 200),
};

let run = new URLSearchParams(location.search).get("run");
let source = null;
let lastId = null;
let data = empty();
let samples = [];
let status = null;
let now = null;
let options = null;
let drawing = false;
let chartsDue = false;
let chartTimer = null;
let samplesShown = "";

function empty() {
  return Object.fromEntries(Object.entries(COLUMNS)
    .map(([event, columns]) => [event, Object.fromEntries(columns.map((column) => [column, []]))]));
}

function reset() {
  data = empty();
  samples = [];
  lastId = null;
}

/** Listens to the chosen run. A browser comes back by itself where a connection is lost, and says what it has seen. */
function listen() {
  source?.close();
  const after = lastId === null ? "" : `&after=${lastId}`;
  source = new EventSource(`/api/run/events?run=${encodeURIComponent(run)}${after}`);
  source.addEventListener("open", () => say(""));
  source.addEventListener("records", (event) => {
    lastId = event.lastEventId;
    JSON.parse(event.data).forEach(add);
    draw(true);
  });
  source.addEventListener("reset", () => {
    reset();
    draw(true);
  });
  source.addEventListener("status", (event) => {
    status = JSON.parse(event.data);
    draw();
  });
  source.addEventListener("now", (event) => {
    now = JSON.parse(event.data);
    draw();
  });
  source.addEventListener("error", () => {
    say("no connection, trying again…");
    now = null;
    if (source.readyState === EventSource.CLOSED) {     // refused, as while the server is busy
      setTimeout(listen, RETRY_MS);
    }
  });
}

function say(text) {
  at("connection").textContent = text;
}

function add(record) {
  if (record.event === "sample") {
    samples.push(record);
    samples = samples.slice(-SAMPLES);
    return;
  }
  const columns = data[record.event];
  if (columns !== undefined) {
    for (const [name, values] of Object.entries(columns)) {
      values.push(record[name] ?? null);
    }
  }
}

/** Soon, however many events come; the charts every two seconds at most, and only where there is something new. */
function draw(isNew = false) {
  chartsDue ||= isNew;
  if (!drawing) {
    drawing = true;
    setTimeout(() => {
      drawing = false;
      drawNow();
    }, DRAW_MS);
  }
}

function drawChartsIfDue() {
  if (chartsDue && chartTimer === null) {
    chartsDue = false;
    const began = performance.now();
    drawCharts();
    const rest = CHART_REST * (performance.now() - began);
    chartTimer = setTimeout(() => {
      chartTimer = null;
      drawChartsIfDue();
    }, Math.max(CHART_MS, rest));
  }
}

function drawNow() {
  at("live").hidden = status === null;
  at("live").dataset.records = data.train.step.length;
  if (status === null) {
    return;
  }
  document.title = `${run} · Inkhorn`;
  at("state").className = `state ${status.state}`;
  at("state").textContent = status.state;
  drawProgress();
  drawFigures();
  drawChartsIfDue();
  drawSamples();
}

function drawProgress() {
  const step = Math.max(now?.step ?? 0, status.step);
  const total = status.max_iters;
  at("steps").textContent = total === undefined ? `step ${number(step)}` : `step ${number(step)} of ${number(total)}`;
  at("all").max = total ?? Math.max(1, step);
  at("all").value = step;
  const phase = now === null ? "" : PHASES[now.phase];
  const counted = now?.total !== undefined;
  at("phase").textContent = counted ? `${phase}: ${number(now.done)} of ${number(now.total)} batches` : phase;
  at("part").classList.toggle("shown", counted);
  if (counted) {
    at("part").max = now.total;
    at("part").value = now.done;
  }
  const left = timeLeft(step, total);
  at("eta").textContent = left === null ? "" : `about ${duration(left)} left`;
  const saved = Math.max(now?.saved_step ?? 0, status.saved_step ?? 0);
  at("saved").textContent = saved > 0 ? `checkpoint of step ${number(saved)}` : "no checkpoint yet";
  const running = status.state === "running" && now?.phase !== "ended";
  at("stop").hidden = !running;
  at("stop").disabled = !status.here || now?.phase === "stopping";
  at("stop").title = status.here ? "" : "Another process trains this run: press Ctrl-C there";
  at("stop").textContent = status.here ? "Stop with a checkpoint" : "Stop it in its own process (Ctrl-C)";
}

/** Sequences that the steps up to this one learn from: fewer each where the batch size warms up. */
function sequences(step) {
  return status.stages.reduce((sum, stage, i) => {
    const end = Math.min(step, status.stages[i + 1]?.step ?? step);
    return sum + Math.max(0, end - stage.step) * stage.sequences;
  }, 0);
}

/** Seconds of training that are left, from the last steps; evaluations and saving come on top. */
function timeLeft(step, total) {
  const {step: steps, step_ms: times} = data.train;
  const recent = times.slice(-RECENT).map((ms, i, last) => [ms, steps[steps.length - last.length + i]])
      .filter(([ms]) => ms !== null);
  if (status.state !== "running" || total === undefined || recent.length === 0) {
    return null;
  }
  const spent = recent.reduce((sum, [ms]) => sum + ms, 0);
  const learned = recent.reduce((sum, [, at]) => sum + sequences(at) - sequences(at - 1), 0);
  return (sequences(total) - sequences(step)) * spent / learned / 1000;
}

function last(values) {
  return values.length === 0 ? null : values[values.length - 1];
}

function drawFigures() {
  const current = (key) => now?.[key] ?? last(data.train[key]);
  const share = current("peak_share");
  const lr = current("lr");
  const figures = [
    ["Training loss", number(current("loss"), 4)],
    ["Validation loss", number(last(data.eval.val_loss), 4)],
    ["Best validation loss", status.best_val_loss === undefined ? "–"
      : `${number(status.best_val_loss, 4)} at ${number(status.best_step)}`],
    ["Bits per byte", number(last(data.eval.val_bits_per_byte), 4)],
    ["Learning rate", lr === null ? "–" : lr.toExponential(2)],
    ["Gradient norm", number(current("grad_norm"), 3)],
    ["Tokens/s", number(current("tokens_per_s"))],
    ["Share of peak", share === null ? "–" : `${number(100 * share, 1)} %`],
    ["Tokens", number(status.tokens)],
    ["Time in steps", duration(status.seconds)],
  ];
  const place = at("figures");
  if (place.children.length !== figures.length) {
    place.replaceChildren(...figures.map(([title]) => el("div", {}, el("dt", {}, title), el("dd"))));
  }
  figures.forEach(([, value], i) => {
    const shown = place.children[i].lastElementChild;
    if (shown.textContent !== value) {
      shown.textContent = value;
    }
  });
}

function drawCharts() {
  const {axis, log, smoothing} = options;
  const xs = data.train[axis];
  const line = (label, ys, n, more = {}) => ({label, xs, ys, colour: () => curveColour(n), ...more});
  const smoothed = smoothing > 0;
  charts.loss.show([
    ...smoothed ? [line("training, as measured", data.train.loss, 0, {faint: true})] : [],
    line("training", smooth(data.train.loss, smoothing), 0),
    {label: "training, evaluated", xs: data.eval[axis], ys: data.eval.train_loss, colour: () => curveColour(2),
      points: true, dash: [6, 4]},
    {label: "validation", xs: data.eval[axis], ys: data.eval.val_loss, colour: () => curveColour(1), points: true},
  ], {axis, log});
  charts.lr.show([line("learning rate", data.train.lr, 4)], {axis, log: false});
  for (const [key, n, digits] of [["grad_norm", 3, 3], ["tokens_per_s", 0, 0], ["peak_share", 2, 3]]) {
    charts[key].show([
      ...smoothed ? [line("as measured", data.train[key], n, {faint: true})] : [],
      line(key === "peak_share" ? "share" : key === "grad_norm" ? "norm" : "tokens/s",
        smooth(data.train[key], smoothing), n),
    ], {axis, log: false, digits});
  }
}

/** The newest sample, and those before it folded away. Texts of a model are text, whatever they look like. */
function drawSamples() {
  const shown = JSON.stringify(samples.map((sample) => sample.step));
  const place = at("samples");
  if (shown === samplesShown && place.children.length > 0) {
    return;
  }
  samplesShown = shown;
  const open = place.querySelector("details")?.open === true;
  const article = (sample) => el("article", {class: "panel", "data-step": sample.step},
    el("h3", {}, `step ${number(sample.step)}`), el("pre", {class: "text"}, sample.text));
  const newestFirst = [...samples].reverse();
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

async function stop() {
  at("stop").disabled = true;
  try {
    await postJson("/api/run/stop", {run});
    say("stopping: it saves a checkpoint first");
  } catch (e) {
    say(e.message);
    at("stop").disabled = false;
  }
}

function choose(name) {
  run = name;
  history.replaceState(null, "", `/run?run=${encodeURIComponent(name)}`);
  reset();
  status = null;
  now = null;
  samplesShown = "";
  listen();
}

/** Keeps the list of runs; without a name in the address the page takes one that is running, or the newest. */
async function keepList() {
  try {
    const runs = (await getJson("/api/runs")).runs.sort((a, b) => b.updated - a.updated);
    const names = runs.map((one) => one.name);
    const select = at("choice");
    if ([...select.options].map((option) => option.value).join("\n") !== names.join("\n")) {
      select.replaceChildren(...names.map((name) => el("option", {value: name}, name)));
    }
    if (run === null && runs.length > 0) {
      choose((runs.find((one) => one.state === "running") ?? runs[0]).name);
    } else if (source === null && run !== null) {
      choose(run);
    }
    select.value = run ?? "";
    at("message").hidden = runs.length > 0 && names.includes(run);
    at("message").textContent = runs.length === 0 ? "There is no run yet; this page begins with the first."
      : `There is no run of the name ${run}; choose another.`;
  } catch {
    say("no connection, trying again…");
  }
  setTimeout(keepList, LIST_MS);
}

controls(at("controls"), "live", null, (chosen) => {
  options = chosen;
  clearTimeout(chartTimer);
  chartTimer = null;
  draw(true);
});
at("choice").addEventListener("change", () => choose(at("choice").value));
at("stop").addEventListener("click", stop);
keepList();

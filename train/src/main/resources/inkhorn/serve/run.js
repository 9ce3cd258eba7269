// The page Live run: the log of one run as it grows, and what its training does right now.

import {byId, el, getJson, postJson} from "/assets/common.js";
import {RunCharts} from "/assets/run-charts.js";
import {drawFigures, drawProgress} from "/assets/run-progress.js";
import {RunSamples} from "/assets/run-samples.js";

const COLUMNS = {
  train: ["step", "tokens", "seconds", "loss", "lr", "grad_norm", "tokens_per_s", "peak_share", "step_ms"],
  eval: ["step", "tokens", "seconds", "train_loss", "val_loss", "val_bits_per_byte"],
};
const RETRY_MS = 2000;
const LIST_MS = 5000;
const DRAW_MS = 20;

let run = new URLSearchParams(location.search).get("run");
let source = null;
let retry = 0;                // a timer, by which it is listened to again
let isListLost = false;
let lastId = null;
let records = empty();
let status = null;
let now = null;
let drawing = false;
const samples = new RunSamples();
const charts = new RunCharts(draw);

function empty() {
  return Object.fromEntries(Object.entries(COLUMNS)
    .map(([event, columns]) => [event, Object.fromEntries(columns.map((column) => [column, []]))]));
}

function reset() {
  records = empty();
  samples.clear();
  lastId = null;
}

/** Listens to the chosen run. A browser comes back by itself where a connection is lost, and says what it has seen. */
function listen() {
  clearTimeout(retry);
  source?.close();
  const after = lastId === null ? "" : `&after=${lastId}`;
  source = new EventSource(`/api/run/events?run=${encodeURIComponent(run)}${after}`);
  source.addEventListener("open", () => say(""));
  source.addEventListener("records", (event) => {
    lastId = event.lastEventId;
    JSON.parse(event.data).forEach(add);
    charts.expect();
    draw();
  });
  source.addEventListener("reset", () => {
    reset();
    charts.expect();
    draw();
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
      retry = setTimeout(listen, RETRY_MS);
    }
  });
}

function say(text) {
  byId("connection").textContent = text;
}

function add(record) {
  if (record.event === "sample") {
    samples.add(record);
    return;
  }
  const columns = records[record.event];
  if (columns !== undefined) {
    for (const [name, values] of Object.entries(columns)) {
      values.push(record[name] ?? null);
    }
  }
}

/** Soon, however many events come. */
function draw() {
  if (!drawing) {
    drawing = true;
    setTimeout(() => {
      drawing = false;
      drawNow();
    }, DRAW_MS);
  }
}

function drawNow() {
  byId("live").hidden = status === null;
  byId("live").dataset.records = records.train.step.length;
  if (status === null) {
    return;
  }
  document.title = `${run} · Inkhorn`;
  byId("state").className = `state ${status.state}`;
  byId("state").textContent = status.state;
  drawProgress(status, now, records.train);
  drawFigures(status, now, records);
  charts.drawIfDue(() => records);
  samples.draw();
}

async function stop() {
  byId("stop").disabled = true;
  try {
    await postJson("/api/run/stop", {run});
    say("stopping: it saves a checkpoint first");
  } catch (e) {
    say(e.message);
    byId("stop").disabled = false;
  }
}

function choose(name) {
  run = name;
  history.replaceState(null, "", `/run?run=${encodeURIComponent(name)}`);
  reset();
  status = null;
  now = null;
  charts.expect();
  listen();
}

/** Keeps the list of runs; without a name in the address the page takes one that is running, or the newest. */
async function keepList() {
  try {
    const runs = (await getJson("/api/runs")).runs.sort((a, b) => b.updated - a.updated);
    if (isListLost && source?.readyState === EventSource.OPEN) {
      say("");
    }
    isListLost = false;
    const names = runs.map((one) => one.name);
    const select = byId("choice");
    if ([...select.options].map((option) => option.value).join("\n") !== names.join("\n")) {
      select.replaceChildren(...names.map((name) => el("option", {value: name}, name)));
    }
    if (run === null && runs.length > 0) {
      choose((runs.find((one) => one.state === "running") ?? runs[0]).name);
    } else if (source === null && run !== null) {
      choose(run);
    }
    select.value = run ?? "";
    byId("message").hidden = runs.length > 0 && names.includes(run);
    byId("message").textContent = runs.length === 0 ? "There is no run yet; this page begins with the first."
      : `There is no run of the name ${run}; choose another.`;
  } catch {
    isListLost = true;
    say("no connection, trying again…");
  }
  setTimeout(keepList, LIST_MS);
}

byId("choice").addEventListener("change", () => choose(byId("choice").value));
byId("stop").addEventListener("click", stop);
keepList();

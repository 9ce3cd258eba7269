// How far a run is, and the figures of its last records.

import {byId, duration, el, number} from "/assets/common.js";

const PHASES = {preparing: "preparing", training: "", evaluating: "evaluating", writing: "writing a sample",
  saving: "saving a checkpoint", stopping: "stopping", ended: "ended"};
/** Steps whose speed the time left is told from. */
const RECENT = 20;

/**
 * @param status the run as the server's list has it
 * @param now what its training does, or null
 * @param train columns of its records
 */
export function drawProgress(status, now, train) {
  const step = Math.max(now?.step ?? 0, status.step);
  const total = status.max_iters;
  byId("steps").textContent = total === undefined ? `step ${number(step)}` : `step ${number(step)} of ${number(total)}`;
  byId("all").max = total ?? Math.max(1, step);
  byId("all").value = step;
  const phase = now === null ? "" : PHASES[now.phase];
  const counted = now?.total !== undefined;
  byId("phase").textContent = counted ? `${phase}: ${number(now.done)} of ${number(now.total)} batches` : phase;
  byId("part").classList.toggle("shown", counted);
  if (counted) {
    byId("part").max = now.total;
    byId("part").value = now.done;
  }
  const left = timeLeft(status, step, train);
  byId("eta").textContent = left === null ? "" : `about ${duration(left)} left`;
  const saved = Math.max(now?.saved_step ?? 0, status.saved_step ?? 0);
  byId("saved").textContent = saved > 0 ? `checkpoint of step ${number(saved)}` : "no checkpoint yet";
  drawStop(status, now);
}

/** The button that stops the training with a checkpoint. */
function drawStop(status, now) {
  const running = status.state === "running" && now?.phase !== "ended";
  byId("stop").hidden = !running;
  byId("stop").disabled = !status.here || now?.phase === "stopping";
  byId("stop").title = status.here ? "" : "Another process trains this run: press Ctrl-C there";
  byId("stop").textContent = status.here ? "Stop with a checkpoint" : "Stop it in its own process (Ctrl-C)";
}

/** Sequences that the steps up to this one learn from: fewer each where the batch size warms up. */
function sequences(stages, step) {
  return stages.reduce((sum, stage, i) => {
    const end = Math.min(step, stages[i + 1]?.step ?? step);
    return sum + Math.max(0, end - stage.step) * stage.sequences;
  }, 0);
}

/** Seconds of training that are left, from the last steps; evaluations and saving come on top. */
function timeLeft({state, max_iters: total, stages}, step, train) {
  const {step: steps, step_ms: times} = train;
  const recent = times.slice(-RECENT).map((ms, i, last) => [ms, steps[steps.length - last.length + i]])
      .filter(([ms]) => ms !== null);
  if (state !== "running" || total === undefined || recent.length === 0) {
    return null;
  }
  const spent = recent.reduce((sum, [ms]) => sum + ms, 0);
  const learned = recent.reduce((sum, [, at]) => sum + sequences(stages, at) - sequences(stages, at - 1), 0);
  return (sequences(stages, total) - sequences(stages, step)) * spent / learned / 1000;
}

function last(values) {
  return values.length === 0 ? null : values[values.length - 1];
}

/** @param records columns of the run's records, by event */
export function drawFigures(status, now, records) {
  const current = (key) => now?.[key] ?? last(records.train[key]);
  const share = current("peak_share");
  const lr = current("lr");
  const figures = [
    ["Training loss", number(current("loss"), 4)],
    ["Validation loss", number(last(records.eval.val_loss), 4)],
    ["Best validation loss", status.best_val_loss === undefined ? "–"
      : `${number(status.best_val_loss, 4)} at ${number(status.best_step)}`],
    ["Bits per byte", number(last(records.eval.val_bits_per_byte), 4)],
    ["Learning rate", lr === null ? "–" : lr.toExponential(2)],
    ["Gradient norm", number(current("grad_norm"), 3)],
    ["Tokens/s", number(current("tokens_per_s"))],
    ["Share of peak", share === null ? "–" : `${number(100 * share, 1)} %`],
    ["Tokens", number(status.tokens)],
    ["Time in steps", duration(status.seconds)],
  ];
  const place = byId("figures");
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

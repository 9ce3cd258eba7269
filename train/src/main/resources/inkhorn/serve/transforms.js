// inkhorn.generate's LogitTransform, Penalties and Warping once more, for bars that follow a slider: the same order of
// the same sums, so that the numbers are those that the server draws with. PlayBrowserTest compares the two.

const EXCLUDED = -Infinity;

/** The id of the largest score, the lowest of several; -1 when all are excluded. */
function largest(scores) {
  let best = -1;
  let most = EXCLUDED;
  for (let id = 0; id < scores.length; id++) {
    if (scores[id] > most) {
      best = id;
      most = scores[id];
    }
  }
  return best;
}

function weights(scores) {
  const top = scores[largest(scores)];
  return scores.map((score) => score === EXCLUDED ? 0 : Math.exp(score - top));
}

function sum(values) {
  let total = 0;
  for (const value of values) {
    total += value;
  }
  return total;
}

/** Of those equal to the smallest kept, the lowest ids stay. */
function keepLargest(scores, count) {
  if (count >= scores.length) {
    return;
  }
  const threshold = scores.slice().sort()[scores.length - count];
  let ties = count;
  for (const score of scores) {
    ties -= score > threshold ? 1 : 0;
  }
  for (let id = 0; id < scores.length; id++) {
    if (scores[id] < threshold || scores[id] === threshold && ties-- <= 0) {
      scores[id] = EXCLUDED;
    }
  }
}

function repetitionPenalty(scores, ids, penalty) {
  for (const id of new Set(ids)) {
    scores[id] = scores[id] < 0 ? scores[id] * penalty : scores[id] / penalty;
  }
}

function presencePenalty(scores, written, penalty) {
  for (const id of new Set(written)) {
    scores[id] -= penalty;
  }
}

function noRepeatNgram(scores, ids, n) {
  const last = ids.length - (n - 1);
  for (let from = 0; from < last && from + n - 1 < ids.length; from++) {
    let same = true;
    for (let i = 0; i < n - 1 && same; i++) {
      same = ids[from + i] === ids[last + i];
    }
    if (same) {
      scores[ids[from + n - 1]] = EXCLUDED;
    }
  }
}

function temperature(scores, heat) {
  const best = largest(scores);
  const top = best < 0 ? 0 : scores[best];
  for (let id = 0; id < scores.length; id++) {
    scores[id] = (scores[id] - top) / heat;
  }
}

function topP(scores, p) {
  const sorted = weights(scores).sort();
  const enough = p * sum(sorted);
  let count = 0;
  for (let mass = 0; mass < enough && count < sorted.length; count++) {
    mass += sorted[sorted.length - 1 - count];
  }
  keepLargest(scores, Math.max(count, 1));
}

function minP(scores, p) {
  weights(scores).forEach((weight, id) => {
    if (weight < p) {
      scores[id] = EXCLUDED;
    }
  });
}

function typical(scores, p) {
  const best = largest(scores);
  const logTotal = best < 0 ? 0 : scores[best] + Math.log(sum(weights(scores)));
  const logs = scores.map((score) => score - logTotal);
  let entropy = 0;
  for (const log of logs) {
    entropy -= log === EXCLUDED ? 0 : Math.exp(log) * log;
  }
  const order = [...logs.keys()].filter((id) => logs[id] !== EXCLUDED)
    .sort((a, b) => Math.abs(-logs[a] - entropy) - Math.abs(-logs[b] - entropy));
  let mass = 0;
  for (const id of order) {
    if (mass >= p) {
      scores[id] = EXCLUDED;
    }
    mass += Math.exp(logs[id]);
  }
}

/** Softmax. */
function probabilities(scores) {
  const all = weights(scores);
  const total = sum(all);
  return all.map((weight) => weight / total);
}

/**
 * The probabilities of all tokens at each stage of a choice, and by what a token is excluded.
 *
 * @param logits of the model, one a token
 * @param ids what stands before, promptLength of them the prompt
 * @param options by the names of the server's fields; strategy is draw, greedy or beam
 * @return {model, tempered, drawn, excludedBy}: arrays by id; tempered is after penalties and temperature, drawn is what
 *     a token is drawn with
 */
export function stages(logits, ids, promptLength, options) {
  // JSON has a float's shortest digits, which another double may be nearer to.
  const scores = Float64Array.from(logits, Math.fround);
  const excludedBy = new Array(scores.length).fill(null);
  const mark = (name) => scores.forEach((score, id) => {
    if (score === EXCLUDED && excludedBy[id] === null) {
      excludedBy[id] = name;
    }
  });
  const model = probabilities(scores);
  if (options.strategy === "beam") {
    const total = Math.log(sum(weights(scores))) + scores[largest(scores)];
    scores.forEach((score, id) => scores[id] = score - total);
  }
  if (options.repetition_penalty !== 1) {
    repetitionPenalty(scores, ids, options.repetition_penalty);
  }
  if (options.presence_penalty !== 0) {
    presencePenalty(scores, ids.slice(promptLength), options.presence_penalty);
  }
  if (options.no_repeat_ngram !== 0) {
    noRepeatNgram(scores, ids, options.no_repeat_ngram);
    mark("no-repeat");
  }
  if (options.strategy !== "draw" || options.temperature === 0) {
    const tempered = probabilities(scores);
    const best = largest(scores);
    return {model, tempered, drawn: options.strategy === "beam" ? tempered
      : Float64Array.from(scores, (_, id) => id === best ? 1 : 0), excludedBy};
  }
  temperature(scores, options.temperature);
  const tempered = probabilities(scores);
  const filters = [
    ["top-k", options.top_k !== 0, () => keepLargest(scores, options.top_k)],
    ["top-p", options.top_p !== 1, () => topP(scores, options.top_p)],
    ["min-p", options.min_p !== 0, () => minP(scores, options.min_p)],
    ["typical-p", options.typical_p !== 1, () => typical(scores, options.typical_p)],
  ];
  for (const [name, isOn, filter] of filters) {
    if (isOn) {
      filter();
      mark(name);
    }
  }
  return {model, tempered, drawn: probabilities(scores), excludedBy};
}

/** In bits. */
export function entropy(distribution) {
  return distribution.reduce((bits, p) => bits - (p > 0 ? p * Math.log2(p) : 0), 0);
}

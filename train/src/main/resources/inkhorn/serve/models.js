// The choice of a model, on Playground and Inside.

import {el, getJson, number} from "/assets/common.js";
import {kept} from "/assets/tokens.js";

const vocabularies = new Map();

/** Fills a choice with the served models; the one that was used before, or the first, is chosen. */
export async function offerModels(select) {
  const {models} = await getJson("/api/models");
  if (models.length === 0) {
    await getJson("/api/play/vocabulary");      // the server says why there is none
  }
  select.replaceChildren(...models.map((name) => el("option", {value: name}, name)));
  const asked = new URLSearchParams(location.search).get("model");
  const before = [asked, kept()?.model].find((name) => models.includes(name));
  if (before) {
    select.value = before;
  }
}

/** {facts, names} of the chosen model: its sizes and its vocabulary; null where another was chosen meanwhile. */
export async function openModel(select) {
  const name = select.value;
  try {
    const [facts, names] = await Promise.all([getJson(`/api/models/${encodeURIComponent(name)}`), vocabulary(name)]);
    return select.value === name ? {facts, names} : null;
  } catch (error) {
    if (select.value === name) {
      throw error;
    }
    return null;
  }
}

/** All tokens of a model: {names, name(id), isPartial(id), isSpecial(id)}. Fetched once. */
function vocabulary(model) {
  if (!vocabularies.has(model)) {
    vocabularies.set(model, getJson(`/api/play/vocabulary?model=${encodeURIComponent(model)}`).then((names) => {
      const partial = new Set(names.partial);
      const special = new Set(names.special);
      return {
        names: names.tokens,
        name: (id) => names.tokens[id],
        isPartial: (id) => partial.has(id),
        isSpecial: (id) => special.has(id),
      };
    }));
    vocabularies.get(model).catch(() => vocabularies.delete(model));
  }
  return vocabularies.get(model);
}

/** One line for people who choose a model. */
export function summary(facts) {
  const shape = facts.layers === null ? "bigram" : `${facts.layers} layers × ${facts.heads} heads, ${facts.channels} channels`;
  return `${number(facts.parameters / 1e6, facts.parameters < 1e8 ? 2 : 0)} M parameters · ${shape} · `
    + `${number(facts.vocab_size)} tokens (${facts.tokenizer}) · context ${number(facts.block_size)}`;
}

// What Playground and Inside share. A token may hold anything, so that its text goes in as text, never as markup.

import {visible} from "/assets/attention.js";
import {el, getJson} from "/assets/common.js";

const vocabularies = new Map();

/** All tokens of a model: {name(id), isPartial(id), isSpecial(id), size}. Fetched once. */
export function vocabulary(model) {
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

/** A text on one line, in which spaces and line breaks are seen. */
export function line(text) {
  return text === "" ? "∅" : visible(text);
}

/** What stands on a button: signs for spaces and the like are paler than the text. */
export function signed(text) {
  return [...text.matchAll(/[^\s\p{Cc}\p{Cf}\p{Cs}]+|[\s\p{Cc}\p{Cf}\p{Cs}]/gu)].map(([part]) => {
    const shown = visible(part);
    return shown === part && part.trim() !== "" ? part : el("span", {class: "sign"}, shown);
  });
}

/** The text that the playground shows, for the page Inside: {model, tokens: [{id, text}], promptLength, prompt}. */
export function keep(state) {
  try {
    sessionStorage.setItem("inkhorn.text", JSON.stringify(state));
  } catch {
    // Without storage, Inside begins with an empty text.
  }
}

export function kept() {
  try {
    return JSON.parse(sessionStorage.getItem("inkhorn.text"));
  } catch {
    return null;
  }
}

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
  return models;
}

export const byId = (id) => document.getElementById(id);

/** One line below the controls. */
export function say(message, isError = false) {
  byId("status").textContent = message;
  byId("status").classList.toggle("error", isError);
}

/** Does what may be refused, and says why it was; whether it succeeded. */
export async function attempt(action) {
  try {
    await action();
    return true;
  } catch (error) {
    say(error.message, true);
    return false;
  }
}

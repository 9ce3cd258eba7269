// What Playground and Inside share. A token may hold anything, so that its text goes in as text, never as markup.

import {visible} from "/assets/attention.js";
import {byId, el} from "/assets/common.js";

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

/** One line below the controls. */
export function say(message, isError = false) {
  byId("status").textContent = message;
  byId("status").classList.toggle("error", isError);
}

/** Does what may be refused, and says why it was; false then, and where the action itself returns false. */
export async function attempt(action) {
  try {
    return await action() !== false;
  } catch (error) {
    say(error.message, true);
    return false;
  }
}

/** Shows that of a group of buttons this one is pressed, if it is; the tab key comes to this one of them. */
export function pressOnly(group, button, isPressed = true) {
  group.querySelectorAll("[aria-pressed=true]").forEach((other) => other.setAttribute("aria-pressed", "false"));
  group.querySelectorAll("[tabindex='0']").forEach((other) => other.tabIndex = -1);
  button.setAttribute("aria-pressed", String(isPressed));
  button.tabIndex = 0;
}

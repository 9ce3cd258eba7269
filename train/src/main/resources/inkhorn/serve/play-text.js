// The text of the playground: a button a token, and one behind them for what comes next.

import {el} from "/assets/common.js";
import {line, pressOnly, signed} from "/assets/tokens.js";

export class WrittenText {
  /** {id, text, logProbability}, the last absent where the model was not asked. */
  tokens = [];
  promptLength = 0;
  /** What the prompt's tokens were read from. */
  prompt = "";
  /** A position; that after the last token is the next one's. */
  selected = null;
  #place;
  #names = null;
  #drawn = 0;           // tokens that are shown
  #frame = 0;           // in which more will be

  /** @param select is called with the position that the user chooses */
  constructor(place, select) {
    this.#place = place;
    place.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (button) {
        select(Number(button.dataset.position));
      }
    });
    place.addEventListener("keydown", (event) => this.#move(event, select));
    this.draw();
  }

  /** The vocabulary of the tokens that are shown from now on. */
  set names(names) {
    this.#names = names;
  }

  get ids() {
    return this.tokens.map((token) => token.id);
  }

  get string() {
    return this.tokens.map((token) => token.text).join("");
  }

  /** All that Undo needs to bring the text back. */
  get state() {
    return {tokens: this.tokens, promptLength: this.promptLength, prompt: this.prompt};
  }

  /** These tokens, with their probabilities as far as they are those that stand here. */
  known(tokens) {
    const changed = tokens.findIndex((token, i) => this.tokens[i]?.id !== token.id);
    return tokens.map((token, i) => changed < 0 || i < changed ? {...this.tokens[i], ...token} : token);
  }

  /** Another text, of which promptLength tokens are the prompt. */
  replace(tokens, promptLength, prompt) {
    this.tokens = tokens;
    this.promptLength = promptLength;
    this.prompt = prompt;
    this.selected = null;
    this.draw();
  }

  /** A token more, shown in the next frame: the layout of a long text takes longer than a token does. */
  add(token) {
    this.tokens.push(token);
    if (this.#frame === 0) {
      this.#frame = requestAnimationFrame(() => this.drawNew());
    }
  }

  /** All of it anew. */
  draw() {
    const caret = el("button", {type: "button", class: "caret", tabindex: "-1", "aria-pressed": "false",
      title: "What might come next", "aria-label": "The next token"}, "▏");
    this.#place.replaceChildren(caret);
    this.#drawn = 0;
    this.drawNew();
    this.mark();
  }

  /** What was added. The end stays in sight where it was. */
  drawNew() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    const isEndInSight = this.#place.scrollHeight - this.#place.scrollTop - this.#place.clientHeight < 100;
    const caret = this.#place.lastElementChild;
    for (; this.#drawn < this.tokens.length; this.#drawn++) {
      const token = this.tokens[this.#drawn];
      // A line break behind the button: one within it breaks no line of the text.
      caret.before(this.#button(token, this.#drawn), "\n".repeat(token.text.split("\n").length - 1));
    }
    caret.dataset.position = this.tokens.length;
    if (isEndInSight) {
      this.#place.scrollTop = this.#place.scrollHeight;
    }
  }

  #button(token, position) {
    const isWhole = token.text !== "";
    const name = line(this.#names.name(token.id));
    const button = el("button", {type: "button", tabindex: "-1", "data-position": position, "aria-pressed": "false",
      class: position < this.promptLength ? "prompt" : null});
    button.append(...(isWhole && !this.#names.isSpecial(token.id) ? signed(token.text)
      : [el("span", {class: "badge"}, name)]));
    button.style.setProperty("--surprise", surprise(token).toFixed(1));
    const probability = token.logProbability === undefined ? ""
      : `, probability ${(100 * Math.exp(token.logProbability)).toFixed(2)} %`;
    button.title = `${position}: ${name}${probability}`;
    button.setAttribute("aria-label", button.title);
    return button;
  }

  /** Shows which position is selected; the tab key comes to that one. */
  mark() {
    const at = this.#place.querySelector(`[data-position="${this.selected ?? this.tokens.length}"]`)
      ?? this.#place.lastElementChild;
    pressOnly(this.#place, at, this.selected !== null);
  }

  /** Arrow keys: left and right by tokens, up and down by lines. */
  #move(event, select) {
    const all = [...this.#place.querySelectorAll("button")];
    const at = all.indexOf(document.activeElement);
    if (at < 0) {
      return;
    }
    const steps = {ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: all.length - 1,
      ArrowUp: nextLine(all, at, -1), ArrowDown: nextLine(all, at, 1)};
    const to = all[steps[event.key]];
    if (to !== undefined) {
      event.preventDefault();
      to.focus();
      select(Number(to.dataset.position));
    }
  }
}

/** From what the model gave the token: 0 for what was certain, 60 for what was hardly to be expected. */
function surprise(token) {
  return token.logProbability === undefined ? 0 : Math.min(60, -6 * token.logProbability / Math.LN2);
}

/** The index of the button nearest to this one on the line above or below; -1 where there is no such line. */
function nextLine(all, at, step) {
  const own = all[at].getBoundingClientRect();
  let line = null;
  let best = -1;
  for (let i = at + step; i >= 0 && i < all.length; i += step) {
    const box = all[i].getBoundingClientRect();
    if (Math.abs(box.top - own.top) < 4) {
      continue;
    }
    line ??= box.top;
    if (Math.abs(box.top - line) > 4) {
      break;
    }
    if (best < 0 || Math.abs(box.left - own.left) < Math.abs(all[best].getBoundingClientRect().left - own.left)) {
      best = i;
    }
  }
  return best;
}

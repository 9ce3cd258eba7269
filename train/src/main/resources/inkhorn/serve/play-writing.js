// A text on its way from the server: one at a time.

import {number} from "/assets/common.js";
import {events} from "/assets/events.js";
import {say} from "/assets/tokens.js";

const REASONS = {length: "all tokens are written", end_of_text: "the model ended the text", stop: "at a stop text",
  context: "the context is full", exhausted: "every token was excluded"};
const SAY_MS = 300;

export class Writing {
  #controller = null;
  #changed;

  /** @param changed is called when a text begins and when it has ended */
  constructor(changed) {
    this.#changed = changed;
  }

  get isRunning() {
    return this.#controller !== null;
  }

  stop() {
    this.#controller?.abort();
  }

  /**
   * Asks for a text, in place of one that is on its way, and says how it goes.
   *
   * @param body of the request
   * @param heard {start, token, step, end}, called with the events of these names
   */
  async run(body, heard) {
    this.stop();
    const controller = new AbortController();
    this.#set(controller);
    const progress = new Progress(body);
    say("writing …");
    try {
      let isEnded = false;
      for await (const event of events("/api/play/write", body, controller.signal)) {
        if (event.error) {
          throw new Error(event.error.message);
        }
        heard[event.event](event);
        progress.hear(event);
        isEnded ||= event.event === "end";
      }
      if (!isEnded) {
        throw new Error("the server broke the text off; its log says why");
      }
    } catch (error) {
      if (this.#controller === controller) {
        say(controller.signal.aborted ? progress.stopped() : error.message, !controller.signal.aborted);
      }
    } finally {
      if (this.#controller === controller) {
        this.#set(null);
      }
    }
  }

  #set(controller) {
    this.#controller = controller;
    this.#changed();
  }
}

/** Says how far a text is, some three times a second. */
class Progress {
  #body;
  #one;
  #began = performance.now();
  #said = 0;
  #count = 0;

  constructor(body) {
    this.#body = body;
    this.#one = body.beam ? "step" : "token";
  }

  hear(event) {
    this.#count += event.event === this.#one ? 1 : 0;
    if (event.event === "end") {
      const reason = event.reason ?? event.hypotheses[0]?.reason;
      say(`${number(this.#count)} ${this.#one}s, ${this.#speed()}: ${REASONS[reason] ?? ""}`);
    } else if (this.#count > 0 && performance.now() - this.#said > SAY_MS) {
      this.#said = performance.now();
      say(`${this.#one} ${this.#count} of ${this.#body.tokens}, ${this.#speed()}`);
    }
  }

  stopped() {
    return `stopped after ${number(this.#count)} ${this.#one}s`;
  }

  #speed() {
    const perSecond = this.#count / ((performance.now() - this.#began) / 1000);
    return `${number(perSecond, perSecond < 10 ? 1 : 0)} a second`;
  }
}

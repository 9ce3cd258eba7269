// Beam search as a tree: a column a step, in it the texts that go on, the best above; drawn anew at each step.

import {line} from "/assets/tokens.js";

const LETTER = 7.9;
const ROW = 46;
const GAP = 30;
const MARGIN = 12;
const HEIGHT = 21;
const LONGEST = 14;

function svg(name, attributes = {}, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
  made.append(...children);
  return made;
}

/** The texts of a search, those among them that were given up. */
export class BeamTree {
  #place;
  #names;
  #take;
  #root = {id: null, parent: null, x: MARGIN, y: MARGIN + HEIGHT / 2};
  #running;
  #ended = [];
  #columns = [];
  #frame = 0;
  #best = new Set();

  /** @param take is called with the ids of a text that the user chooses */
  constructor(place, names, take) {
    this.#place = place;
    this.#names = names;
    this.#take = take;
    this.#running = [this.#root];
  }

  /** Branches as the server tells of them. */
  step(going, ended) {
    const node = (branch) => ({id: branch.id, parent: this.#running[branch.parent], score: branch.score,
      reason: branch.reason});
    const next = going.map(node);
    const done = ended.map(node);
    this.#columns.push([...next, ...done]);
    this.#ended.push(...done);
    this.#running = next;
    this.#draw();
  }

  /** The texts that were found, the best first. */
  end(hypotheses) {
    const ids = hypotheses[0].tokens.map((token) => token.id).join();
    const best = [...this.#ended, ...this.#running].find((node) => this.#path(node).map((at) => at.id).join() === ids);
    this.#best = new Set(best ? this.#path(best) : []);
    this.#draw();
  }

  #path(node) {
    const path = [];
    for (let at = node; at.parent !== null; at = at.parent) {
      path.unshift(at);
    }
    return path;
  }

  #draw() {
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => this.#drawNow());
  }

  #drawNow() {
    const alive = new Set();
    [...this.#running, ...this.#ended].filter((node) => node !== this.#root)
      .forEach((node) => this.#path(node).forEach((at) => alive.add(at)));
    const faint = svg("g", {});
    const strong = svg("g", {});
    const boxes = [];
    let x = MARGIN;
    let rows = 1;
    for (const column of this.#columns) {
      const shown = column.map((node) => this.#short(node.id));
      const wide = Math.max(40, ...shown.map((text) => [...text].length * LETTER + 10));
      column.forEach((node, row) => {
        node.x = x;
        node.end = x + wide;
        node.y = MARGIN + row * ROW + HEIGHT / 2;
        if (node.parent !== this.#root) {
          const from = node.parent;
          const kind = this.#best.has(node) ? "best" : alive.has(node) ? "alive" : "";
          (kind === "" ? faint : strong).append(svg("path", {class: kind,
            d: `M${from.end} ${from.y} C${from.end + GAP / 2} ${from.y} ${x - GAP / 2} ${node.y} ${x} ${node.y}`}));
        }
        boxes.push(this.#box(node, shown[row], wide, alive.has(node)));
      });
      rows = Math.max(rows, column.length);
      x += wide + GAP;
    }
    const focused = this.#place.contains(document.activeElement) ? document.activeElement.dataset?.path : null;
    const isAtEnd = this.#place.scrollWidth - this.#place.scrollLeft - this.#place.clientWidth < 200;
    this.#place.replaceChildren(svg("svg", {width: x, height: rows * ROW + MARGIN, role: "group",
      "aria-label": `${this.#columns.length} steps`}, faint, strong, ...boxes));
    if (isAtEnd && this.#best.size === 0) {
      this.#place.scrollLeft = this.#place.scrollWidth;
    }
    if (focused) {
      [...this.#place.querySelectorAll("[data-path]")].find((box) => box.dataset.path === focused)?.focus();
    }
  }

  #short(id) {
    const letters = [...line(this.#names.name(id))];
    return letters.length > LONGEST ? `${letters.slice(0, LONGEST - 1).join("")}…` : letters.join("");
  }

  #box(node, text, wide, isAlive) {
    const path = this.#path(node);
    const whole = line(path.map((at) => this.#names.name(at.id)).join(""));
    const kind = this.#best.has(node) ? "best" : isAlive ? "alive" : "dead";
    const says = `${whole}, score ${node.score.toFixed(4)}${{best: ", of the best", alive: "", dead: ", given up"}[kind]}`
      + (node.reason ? `, ended: ${node.reason}` : "");
    const title = svg("title", {});
    title.textContent = says;
    const word = svg("text", {x: node.x + wide / 2, y: node.y + 4.5, "text-anchor": "middle"});
    word.textContent = text;
    const figure = svg("text", {x: node.x + wide / 2, y: node.y + HEIGHT / 2 + 12, class: "score", "text-anchor": "middle"});
    figure.textContent = node.score.toFixed(3);
    const box = svg("g", {class: `${kind}${node.reason ? " ended" : ""}`, tabindex: "0", role: "button",
      "data-path": path.map((at) => at.id).join(), "aria-label": says}, title,
    svg("rect", {x: node.x, y: node.y - HEIGHT / 2, width: wide, height: HEIGHT, rx: 5}), word, figure);
    const take = () => this.#take(path.map((at) => at.id));
    box.addEventListener("click", take);
    box.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        take();
      }
    });
    return box;
  }
}

// Token embeddings in two dimensions on a canvas: to be moved, enlarged, hovered over.

import {colour} from "/assets/common.js";
import {line} from "/assets/tokens.js";

/** Kinds of tokens, for colours; the first that fits. */
export const KINDS = [
  {title: "special or partial", colour: "curve8", fits: (text, isOdd) => isOdd},
  {title: "space only", colour: "curve6", fits: (text) => text.trim() === ""},
  {title: "capitals first", colour: "curve2", fits: (text) => /^\s*\p{Lu}/u.test(text)},
  {title: "letters", colour: "curve1", fits: (text) => /^\s*\p{L}/u.test(text)},
  {title: "digits", colour: "curve3", fits: (text) => /^\s*\p{N}/u.test(text)},
  {title: "other signs", colour: "curve4", fits: () => true},
];

/** Up to so many tokens all have their text beside them. */
const FEW = 400;
const NEAR = 12;
const MARGIN = 30;

export class TokenMap {
  #canvas;
  #points;
  #names;
  #kinds;
  #choose;
  #chosen = null;
  #others = [];
  #over = null;
  #scale = 1;
  #x = 0.5;
  #y = 0.5;
  #from = null;

  /**
   * @param points {x, y} by id
   * @param choose is called with the id of a token that was clicked
   */
  constructor(canvas, points, names, choose) {
    this.#canvas = canvas;
    this.#points = TokenMap.#unit(points);
    this.#names = names;
    this.#choose = choose;
    this.#kinds = names.names.map((text, id) =>
      KINDS.findIndex((kind) => kind.fits(text, names.isPartial(id) || names.isSpecial(id))));
    canvas.onpointermove = (event) => this.#move(event);
    canvas.onpointerdown = (event) => this.#from = {x: event.offsetX, y: event.offsetY, moved: false};
    canvas.onpointerup = (event) => this.#release(event);
    canvas.onpointerleave = () => {
      this.#over = null;
      this.#from = null;
      this.draw();
    };
    canvas.onwheel = (event) => {
      if (event.ctrlKey || event.shiftKey || this.#scale > 1 || event.deltaY < 0) {
        event.preventDefault();
        this.enlarge(event.deltaY < 0 ? 1.2 : 1 / 1.2, event.offsetX, event.offsetY);
      }
    };
    canvas.onkeydown = (event) => this.#key(event);
    this.draw();
  }

  /** Both axes from 0 to 1, with one unit for both. */
  static #unit({x, y}) {
    const box = (values) => [Math.min(...values), Math.max(...values)];
    const extent = (values) => values.reduce(([least, most], v) => [Math.min(least, v), Math.max(most, v)], box([values[0]]));
    const [left, right] = extent(x);
    const [low, high] = extent(y);
    const size = (least, most) => most - least || 1;
    return {x: x.map((v) => (v - left) / size(left, right)), y: y.map((v) => 1 - (v - low) / size(low, high))};
  }

  /** Marks a token and those that are near it. */
  mark(chosen, others) {
    this.#chosen = chosen;
    this.#others = others;
    const [x, y] = this.#place(chosen);
    if (x < 0 || y < 0 || x > this.#canvas.clientWidth || y > this.#canvas.clientHeight) {
      this.#x = this.#points.x[chosen];
      this.#y = this.#points.y[chosen];
    }
    this.draw();
  }

  whole() {
    this.#scale = 1;
    this.#x = 0.5;
    this.#y = 0.5;
    this.draw();
  }

  /** About a point of the canvas, its middle unless given. */
  enlarge(times, x = this.#canvas.clientWidth / 2, y = this.#canvas.clientHeight / 2) {
    const scale = Math.min(200, Math.max(1, this.#scale * times));
    const [wide, high] = this.#size();
    const dx = (x - this.#canvas.clientWidth / 2) / wide;
    const dy = (y - this.#canvas.clientHeight / 2) / high;
    this.#x += dx / this.#scale - dx / scale;
    this.#y += dy / this.#scale - dy / scale;
    this.#scale = scale;
    if (scale === 1) {
      this.#x = 0.5;
      this.#y = 0.5;
    }
    this.draw();
  }

  #size() {
    return [this.#canvas.clientWidth - 2 * MARGIN, this.#canvas.clientHeight - 2 * MARGIN];
  }

  #place(id) {
    const [wide, high] = this.#size();
    return [this.#canvas.clientWidth / 2 + (this.#points.x[id] - this.#x) * this.#scale * wide,
      this.#canvas.clientHeight / 2 + (this.#points.y[id] - this.#y) * this.#scale * high];
  }

  #nearest(x, y) {
    let best = null;
    let least = NEAR * NEAR;
    for (let id = 0; id < this.#points.x.length; id++) {
      const [px, py] = this.#place(id);
      const distance = (px - x) ** 2 + (py - y) ** 2;
      if (distance < least) {
        best = id;
        least = distance;
      }
    }
    return best;
  }

  #move(event) {
    if (this.#from && event.buttons > 0) {
      const [wide, high] = this.#size();
      const dx = event.offsetX - this.#from.x;
      const dy = event.offsetY - this.#from.y;
      if (Math.hypot(dx, dy) > 4 || this.#from.moved) {
        this.#x -= dx / wide / this.#scale;
        this.#y -= dy / high / this.#scale;
        this.#from = {x: event.offsetX, y: event.offsetY, moved: true};
        this.draw();
      }
      return;
    }
    const over = this.#nearest(event.offsetX, event.offsetY);
    if (over !== this.#over) {
      this.#over = over;
      this.draw();
    }
  }

  #release(event) {
    const found = this.#nearest(event.offsetX, event.offsetY);
    if (this.#from && !this.#from.moved && found !== null) {
      this.#choose(found);
    }
    this.#from = null;
  }

  #key(event) {
    const step = 0.1 / this.#scale;
    const moves = {ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step]};
    if (moves[event.key]) {
      event.preventDefault();
      this.#x += moves[event.key][0];
      this.#y += moves[event.key][1];
      this.draw();
    } else if (event.key === "+" || event.key === "-") {
      this.enlarge(event.key === "+" ? 1.3 : 1 / 1.3);
    }
  }

  draw() {
    const ratio = devicePixelRatio || 1;
    const canvas = this.#canvas;
    if (canvas.clientWidth === 0) {
      return;
    }
    canvas.width = canvas.clientWidth * ratio;
    canvas.height = canvas.clientHeight * ratio;
    const pen = canvas.getContext("2d");
    pen.scale(ratio, ratio);
    const colours = KINDS.map((kind) => colour(kind.colour));
    const text = colour("text");
    const ground = colour("panel");
    const all = this.#points.x.length;
    const font = getComputedStyle(document.documentElement).getPropertyValue("--mono");
    pen.font = `13px ${font}`;
    pen.textBaseline = "middle";
    const isIn = ([x, y]) => x > -20 && y > -20 && x < canvas.clientWidth + 20 && y < canvas.clientHeight + 20;
    const shown = [];
    for (let id = 0; id < all; id++) {
      const at = this.#place(id);
      if (isIn(at)) {
        shown.push([id, at]);
      }
    }
    const isNamed = shown.length <= FEW;
    for (const [id, [x, y]] of shown) {
      pen.fillStyle = colours[this.#kinds[id]];
      pen.globalAlpha = all > FEW ? 0.6 : 0.9;
      pen.beginPath();
      pen.arc(x, y, all > FEW ? 2 : 4, 0, 2 * Math.PI);
      pen.fill();
      if (isNamed) {
        pen.globalAlpha = 1;
        pen.fillText(this.#short(id), x + 7, y);
      }
    }
    pen.globalAlpha = 1;
    const label = (id, isBold) => {
      const [x, y] = this.#place(id);
      pen.font = `${isBold ? "bold " : ""}14px ${font}`;
      const name = this.#short(id);
      const wide = pen.measureText(name).width;
      const left = x + 10 + wide > canvas.clientWidth ? x - 14 - wide : x + 7;
      pen.fillStyle = ground;
      pen.fillRect(left - 2, y - 9, wide + 4, 18);
      pen.fillStyle = text;
      pen.fillText(name, left, y);
      pen.strokeStyle = text;
      pen.lineWidth = isBold ? 2.5 : 1.2;
      pen.beginPath();
      pen.arc(x, y, isBold ? 6 : 5, 0, 2 * Math.PI);
      pen.stroke();
    };
    this.#others.forEach((id) => label(id, false));
    if (this.#chosen !== null) {
      label(this.#chosen, true);
    }
    if (this.#over !== null) {
      label(this.#over, true);
    }
    canvas.title = this.#over === null ? "" : `${this.#short(this.#over)}, token ${this.#over}`;
  }

  #short(id) {
    const letters = [...line(this.#names.name(id))];
    return letters.length > 24 ? `${letters.slice(0, 23).join("")}…` : letters.join("");
  }
}

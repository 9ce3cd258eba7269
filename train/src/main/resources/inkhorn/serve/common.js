// What all pages share: the header, elements, requests.

const PAGES = [["runs", "/", "Runs"], ["run", "/run", "Live run"], ["play", "/play", "Playground"],
  ["inside", "/inside", "Inside"]];

export const byId = (id) => document.getElementById(id);

/** An element: el("a", {href: "/", class: "name"}, "text", child). Values of on… are listeners. */
export function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) {
      element.addEventListener(key.slice(2), value);
    } else if (value === true) {
      element.setAttribute(key, "");
    } else if (value !== false && value !== null && value !== undefined) {
      element.setAttribute(key, value);
    }
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** JSON from the server; an Error with the server's line where it refuses. */
export async function getJson(path) {
  return (await accepted(await fetch(path))).json();
}

/** Sends JSON, receives JSON. */
export async function postJson(path, body) {
  return (await post(path, body)).json();
}

/** Sends JSON, for an answer of any kind. */
export async function post(path, body, signal = undefined) {
  return accepted(await fetch(path, {
    method: "POST",
    headers: {"Content-Type": "application/json"},
    body: JSON.stringify(body),
    signal,
  }));
}

async function accepted(response) {
  if (!response.ok) {
    const body = await response.json().catch(() => null);
    throw new Error(body?.error?.message ?? `the server answered ${response.status}`);
  }
  return response;
}

/** A number for people: 1,234 or 1.2345. */
export function number(value, digits = 0) {
  return value === null || value === undefined || Number.isNaN(value) ? "–"
    : value.toLocaleString("en-US", {minimumFractionDigits: digits, maximumFractionDigits: digits});
}

/** 75 seconds are 1:15, 3700 are 1:01:40. */
export function duration(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const shown = parts[0] > 0 ? parts : parts.slice(1);
  return shown.map((part, i) => i === 0 ? String(part) : String(part).padStart(2, "0")).join(":");
}

/** A colour of the style sheet, for what is drawn on a canvas. */
export function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

function header() {
  const current = document.body.dataset.page;
  document.querySelector("header").append(
    el("a", {class: "name", href: "/"}, "Inkhorn"),
    el("nav", {"aria-label": "Pages"}, ...PAGES.map(([name, path, title]) =>
      el("a", {href: path, "aria-current": name === current ? "page" : null}, title))));
}

header();

// What calendar and timeline share: Shanghai's clock, loading, how events look.
// The calendar component knows no time zones: it is given Shanghai's wall-clock time as if it were local.

const ZONE = "Asia/Shanghai";
const ZONE_OFFSET = "+08:00";
const GRID = ["role", "aria-colindex", "aria-rowindex", "aria-colcount", "aria-rowcount", "aria-colspan"];
const BACKGROUND = new Set(["open", "closed"]);

const wallClock = new Intl.DateTimeFormat("sv-SE", {
  timeZone: ZONE, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit",
});

export const language = () => (document.documentElement.lang.startsWith("en") ? "en-GB" : "zh-CN");

/** An RFC 3339 instant as Shanghai's wall clock, `2026-03-05T09:00:00`. */
export const toWall = (instant) => wallClock.format(new Date(instant)).replace(" ", "T");

/** A local Date of the component, whose clock is Shanghai's, as `2026-03-05T09:00`. */
export function wallOf(date) {
  const two = (number) => String(number).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}T${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** Shanghai's wall clock as an instant in UTC. */
export const toInstant = (wall) => new Date(`${wall}${ZONE_OFFSET}`).toISOString();

export const nowWall = () => toWall(new Date()).slice(0, 16);

/** The browser's own clock shows Shanghai's time, so that the component's "now" line is right. */
export const clockIsHere = () => wallOf(new Date()) === nowWall();

const SHORTEST_PICTURE = 6;
const USUAL_DAY = { from: 8, until: 20 };

/**
 * The hours that the picture of a day needs, six at least: from the first event through the last one. With `now`
 * those that are over today are left out, as long as anything is still ahead.
 */
export function shownHours(day, events, now = "") {
  const onDay = events.filter((event) => event.start.slice(0, 10) <= day && event.end > `${day}T00:00`);
  const ahead = now.slice(0, 10) === day ? onDay.filter((event) => event.end > now) : [];
  const earliest = ahead.length ? Number(now.slice(11, 13)) : 0;
  const hours = (ahead.length ? ahead : onDay).map((event) => hoursOn(day, event));
  const from = hours.length ? Math.max(earliest, Math.min(...hours.map(([start]) => start))) : USUAL_DAY.from;
  const last = hours.length ? Math.max(...hours.map(([, end]) => end)) : USUAL_DAY.until;
  const until = Math.min(24, Math.max(from + SHORTEST_PICTURE, last));
  return { from: Math.min(from, until - SHORTEST_PICTURE), until };
}

/** The whole hours that an event touches on a day, `[9, 12]`. */
function hoursOn(day, { start, end }) {
  const first = start.slice(0, 10) < day ? 0 : Number(start.slice(11, 13));
  const last = end.slice(0, 10) > day ? 24 : Number(end.slice(11, 13)) + (end.slice(14, 16) > "00" ? 1 : 0);
  return [first, last];
}

export const timeOf = (wall) => wall.slice(11, 16);

/** `周四 3/5`, `Thu 5 Mar`. */
export function dayOf(wall) {
  return new Intl.DateTimeFormat(language(), { weekday: "short", month: "short", day: "numeric", timeZone: "UTC" })
    .format(new Date(`${wall.slice(0, 10)}T00:00:00Z`));
}

/** From a day through another, the parts in common once: `2026年11月23日–29日`, `23–29 November 2026`. */
export function spanOf(first, last) {
  const [from, to] = [first, last].map(partsOf);
  return language() === "zh-CN" ? spanInChinese(from, to) : spanInEnglish(from, to);
}

function partsOf(wall) {
  const [year, month, day] = wall.slice(0, 10).split("-").map(Number);
  const name = new Intl.DateTimeFormat(language(), { month: "long", timeZone: "UTC" }).format(Date.UTC(year, month - 1, day));
  return { year, month, day, name };
}

function spanInChinese(from, to) {
  const begin = `${from.year}年${from.month}月${from.day}日`;
  if (from.year !== to.year) return `${begin}–${to.year}年${to.month}月${to.day}日`;
  if (from.month !== to.month) return `${begin}–${to.month}月${to.day}日`;
  return from.day === to.day ? begin : `${begin}–${to.day}日`;
}

function spanInEnglish(from, to) {
  const end = `${to.day} ${to.name} ${to.year}`;
  if (from.year !== to.year) return `${from.day} ${from.name} ${from.year} – ${end}`;
  if (from.month !== to.month) return `${from.day} ${from.name} – ${end}`;
  return from.day === to.day ? end : `${from.day}–${end}`;
}

/** The words of a part, from the template that stands beside it. */
export const wordsOf = (place) => place.parentElement.querySelector("[data-words]").dataset;

/** Resources, events with wall-clock times, and runs of offers between two instants. */
export async function load(address, start, end, also = {}) {
  const url = new URL(address, window.location.href);
  for (const [name, value] of Object.entries(also)) url.searchParams.set(name, value);
  url.searchParams.set("start", start);
  url.searchParams.set("end", end);
  const response = await fetch(url, { headers: { Accept: "application/json" }, credentials: "same-origin" });
  if (!response.ok) throw new Error(`${response.status}`);
  const { resources, events, offers, refusals } = await response.json();
  return {
    resources,
    offers,
    refusals,
    events: events.map((event) => ({ ...event, start: toWall(event.start).slice(0, 16), end: toWall(event.end).slice(0, 16) })),
  };
}

/** An event as the calendar component wants it. */
export function shown(event, words) {
  const title = event.title || (["held", "closed"].includes(event.kind) ? words[event.kind] : "");
  return {
    id: event.id,
    resourceIds: [event.resource],
    start: event.start,
    end: event.end,
    title,
    display: BACKGROUND.has(event.kind) ? "background" : "auto",
    classNames: [`time-${event.kind}`, ...(event.mine ? ["time-mine"] : [])],
    editable: false,
    extendedProps: { kind: event.kind, mine: event.mine },
  };
}

/** `09:00–11:30`; midnight at the end is 24:00. */
export const hoursText = (start, end) => `${timeOf(start)}–${timeOf(end) === "00:00" ? "24:00" : timeOf(end)}`;

/** `周四 3/5 09:00–11:30`; a time that ends on another day names it. */
export function rangeText(start, end) {
  const lastDay = timeOf(end) === "00:00" ? wallOf(new Date(new Date(end).getTime() - 60000)) : end;
  if (lastDay.slice(0, 10) === start.slice(0, 10)) return `${dayOf(start)} ${hoursText(start, end)}`;
  return `${dayOf(start)} ${timeOf(start)} – ${dayOf(end)} ${timeOf(end)}`;
}

/** The address of the form for booking this time. */
export function bookAddress(place, resource, start, end) {
  return place.dataset.book
    .replace("{resource}", encodeURIComponent(resource))
    .replace("{start}", encodeURIComponent(start))
    .replace("{end}", encodeURIComponent(end));
}

/** `1 小时 30 分钟`, `1 h 30 min`. */
export function lengthText(minutes) {
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  const [hour, minute] = language() === "zh-CN" ? ["小时", "分钟"] : ["h", "min"];
  return [hours && `${hours} ${hour}`, rest && `${rest} ${minute}`].filter(Boolean).join(" ");
}

export function say(place, text, isWrong = false) {
  const line = place.parentElement.querySelector("[data-said]");
  line.textContent = text;
  line.classList.toggle("is-wrong", isWrong);
}

const components = new Map();

/** The component behind a part, loaded once: its script and style sheet, whose addresses the part states. */
export function loadComponent(name, { dataset }) {
  if (!components.has(name)) components.set(name, fetchComponent(dataset).then(() => window[name]));
  return components.get(name);
}

function fetchComponent({ script, style }) {
  const parts = [loaded("script", { src: script }, (element) => document.head.append(element))];
  if (style) {
    // Below Tabler's and above the site's own style sheets, which have the last word.
    const above = document.querySelector('link[rel="stylesheet"]');
    parts.push(loaded("link", { rel: "stylesheet", href: style }, (element) => above.after(element)));
  }
  return Promise.all(parts);
}

function loaded(kind, attributes, insert) {
  return new Promise((done, failed) => {
    const element = Object.assign(document.createElement(kind), attributes);
    element.addEventListener("load", done);
    element.addEventListener("error", failed);
    insert(element);
  });
}

/**
 * What stands in an event: its time and its words, as plain text. In a bookable stretch stands a button for the
 * keyboard, which chooses as a click at its start does; `name` is the instrument's where there are several.
 */
export function content({ event }, words, name, choose) {
  if (choose && event.extendedProps.kind === "open") return { domNodes: [stretchButton(event, words, name, choose)] };
  if (event.display === "background") return { domNodes: event.title && event.extendedProps.kind === "closed" ? [line("ec-closed-words", event.title)] : [] };
  const title = event.title ? [line("ec-event-words", event.title)] : [];
  const when = line("ec-event-when", hoursText(wallOf(event.start), wallOf(event.end)));
  return { domNodes: [when, ...signs(event.extendedProps, words), ...title] };
}

/** What stripes and border say, for those who don't see them. */
function signs({ kind, mine }, words) {
  const said = [mine && words.mine, kind === "held" && words.held].filter(Boolean).join(" · ");
  return said ? [line("visually-hidden", said)] : [];
}

function stretchButton(event, words, name, choose) {
  const [start, end] = [event.start, event.end].map(wallOf);
  const button = document.createElement("button");
  button.type = "button";
  button.className = "ec-stretch";
  button.setAttribute("aria-label", words.stretch.replace("{time}", [name, rangeText(start, end)].filter(Boolean).join(" ")));
  button.addEventListener("click", () => {
    const focusAgain = rememberFocus(button);
    choose(start);
    focusAgain();
  });
  return button;
}

/**
 * The component draws all events anew when one is added. Returns what gives the focus back to the button that had
 * it, once they are drawn. A stretch over midnight has one button on either day, with the same name.
 */
function rememberFocus(button) {
  if (document.activeElement !== button) return () => {};
  const place = button.closest(".ec").parentElement;
  const alike = () => [...place.querySelectorAll(".ec-stretch")].filter((one) => one.ariaLabel === button.ariaLabel);
  const number = alike().indexOf(button);
  return () => setTimeout(() => {
    if (document.activeElement === document.body) alike()[number]?.focus({ preventScroll: true });
  });
}

function line(name, text) {
  const element = document.createElement("div");
  element.className = name;
  element.textContent = text;
  return element;
}

/**
 * The component calls itself a grid but holds a toolbar and articles, which no grid may: the roles go. What it
 * shows is said in full by the list of free times beside it. Its scrolling part is reached by keyboard.
 */
export function makeReachable(place, words) {
  const mend = () => {
    for (const part of place.querySelectorAll(GRID.map((name) => `[${name}]`).join())) {
      for (const name of GRID) part.removeAttribute(name);
    }
    place.querySelector("nav.ec-toolbar")?.setAttribute("aria-label", words.moving);
    place.querySelector(".ec-main")?.setAttribute("tabindex", "0");
  };
  mend();
  new MutationObserver(mend).observe(place, { childList: true, subtree: true });
}

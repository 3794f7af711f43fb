// The bookable times as a list: a length to choose, then the starts that admit it, by instrument and day.
import * as offers from "./offers.js";
import * as time from "./time.js";

const USUAL_LENGTH = 60;

/** Fills the list beside `place`; `choose(resource, start, end)` is called for what is pressed. */
export function show(place, words, { resources, events }, runs, choose) {
  const list = place.parentElement.querySelector("[data-free-list]");
  const known = list.querySelector("select")?.value;
  const times = document.createElement("div");
  const lengths = [...new Set(resources.flatMap((one) => offers.lengths(runs, one.id)))].sort((a, b) => a - b);
  const closed = closures(resources, events);
  if (!lengths.length) {
    list.replaceChildren(paragraph(words.none), ...closed);
    return;
  }
  const chooser = lengthChooser(words, lengths, Number(known));
  const fill = () => {
    const length = Number(chooser.select.value);
    const parts = resources.map((one) => timesOf(place, words, one, runs, length, resources.length > 1, choose));
    times.replaceChildren(...parts.flat());
  };
  chooser.select.addEventListener("change", fill);
  list.replaceChildren(chooser.label, times, ...closed);
  fill();
}

/** When which instrument is closed, and why. */
function closures(resources, events) {
  const names = new Map(resources.map((resource) => [resource.id, resources.length > 1 ? resource.title : ""]));
  const items = events.filter((event) => event.kind === "closed").map(({ resource, start, end, title }) => {
    const item = document.createElement("li");
    item.textContent = [names.get(resource), time.rangeText(start, end), title].filter(Boolean).join(" ");
    return item;
  });
  if (!items.length) return [];
  const rows = document.createElement("ul");
  rows.append(...items);
  return [rows];
}

function lengthChooser(words, lengths, known) {
  const [label, select] = [document.createElement("label"), document.createElement("select")];
  label.className = "free-length";
  select.className = "form-select";
  for (const length of lengths) select.append(new Option(time.lengthText(length), length));
  select.value = lengths.find((length) => length === known) ?? lengths.find((length) => length >= USUAL_LENGTH) ?? lengths[0];
  label.append(words.length, select);
  return { label, select };
}

/** The starts of one instrument: its name where there are several, then a row of buttons for each day. */
function timesOf(place, words, resource, runs, length, isNamed, choose) {
  const found = offers.timesOf(runs, resource.id, length);
  const parts = isNamed ? [paragraph(resource.title, "free-day")] : [];
  if (!found.length) return [...parts, paragraph(words.none, "soft")];
  const days = new Map();
  for (const one of found) {
    const day = one.start.slice(0, 10);
    days.set(day, [...(days.get(day) ?? []), one]);
  }
  for (const [day, times] of days) {
    if (!isNamed) parts.push(paragraph(time.dayOf(day), "free-day"));
    const row = document.createElement("ul");
    row.className = "chips";
    row.append(...times.map((one) => entry(place, resource, one, choose)));
    parts.push(row);
  }
  return parts;
}

function entry(place, resource, { start, end }, choose) {
  const item = document.createElement("li");
  const isChoosable = Boolean(place.dataset.start || place.dataset.book);
  const chip = document.createElement(isChoosable ? "button" : "span");
  chip.className = "chip";
  chip.textContent = time.timeOf(start);
  if (isChoosable) {
    chip.type = "button";
    chip.setAttribute("aria-label", `${resource.title} ${time.rangeText(start, end)}`);
    chip.addEventListener("click", () => choose(resource.id, start, end));
  }
  item.append(chip);
  return item;
}

function paragraph(text, className = "") {
  const element = document.createElement("p");
  element.className = className;
  element.textContent = text;
  return element;
}

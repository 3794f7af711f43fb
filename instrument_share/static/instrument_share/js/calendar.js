// One instrument by week. Choosing a time fills two inputs; the list of free times does the same by keyboard.
import * as time from "./time.js";

const narrow = window.matchMedia("(max-width: 40rem)");

export async function show(place) {
  const words = time.wordsOf(place);
  const EventCalendar = await time.loadComponent("EventCalendar", place);
  const state = { events: [], resource: null, place, words };
  const calendar = EventCalendar.create(place, {
    view: narrow.matches ? "timeGridDay" : "timeGridWeek",
    duration: narrow.matches ? { days: 3 } : { weeks: 1 },
    date: place.dataset.day || time.nowWall().slice(0, 10),
    firstDay: 1,
    locale: time.language(),
    allDaySlot: false,
    height: "100%",
    slotDuration: "00:30",
    scrollTime: "07:30",
    nowIndicator: time.clockIsHere(),
    slotEventOverlap: false,
    headerToolbar: { start: "prev,today,next", center: "", end: "title" },
    titleFormat: (first, last) => time.spanOf(time.wallOf(first), time.wallOf(last)),
    buttonText: { today: words.today, prev: words.prev, next: words.next },
    slotLabelFormat: (date) => time.timeOf(time.wallOf(date)),
    // In a narrow column a Chinese date breaks before its weekday, not within it.
    dayHeaderFormat: (date) => time.dayOf(time.wallOf(date)).replace("周", "\u200b周"),
    selectable: Boolean(place.dataset.start),
    selectBackgroundColor: "#0b5c8e",
    unselectAuto: false,
    select: (info) => choose(state, calendar, time.wallOf(info.start), time.wallOf(info.end)),
    dateClick: (info) => chooseFrom(state, calendar, info.date),
    eventSources: [{ events: (range) => fetchWeek(state, range) }],
    lazyFetching: false,
    eventContent: time.content,
  });
  time.makeReachable(place, words);
  listen(state, calendar);
}

async function fetchWeek(state, range) {
  const { place, words } = state;
  try {
    const start = time.toInstant(time.wallOf(range.start));
    const end = time.toInstant(time.wallOf(range.end));
    const { resources, events } = await time.load(place.dataset.calendar, start, end);
    state.resource = resources[0]?.id ?? null;
    state.events = events;
    listFree(state);
    return events.map((event) => time.shown(event, words));
  } catch {
    time.say(place, words.failed, true);
    return [];
  }
}

/** One click or tap chooses one step from there; dragging chooses more. */
function chooseFrom(state, calendar, date) {
  if (!state.place.dataset.start) return;
  const end = new Date(date.getTime() + Number(state.place.dataset.step) * 60000);
  choose(state, calendar, time.wallOf(date), time.wallOf(end));
}

function choose(state, calendar, start, end) {
  const { place, words } = state;
  calendar.unselect();
  if (!time.isFree(state.events, state.resource, start, end)) {
    time.say(place, words.notOpen, true);
    return;
  }
  fill(place.dataset.start, start);
  fill(place.dataset.end, end);
  mark(state, calendar, start, end);
}

function mark(state, calendar, start, end) {
  const { place, words } = state;
  const chosen = { id: "chosen", start, end, title: "", classNames: ["time-chosen"], editable: false };
  if (calendar.getEventById("chosen")) calendar.removeEventById("chosen");
  calendar.addEvent(chosen);
  time.say(place, words.chosen.replace("{time}", time.rangeText(start, end)));
}

function fill(id, value) {
  const input = document.getElementById(id);
  if (!input || input.value === value) return;
  input.value = value;
  input.dispatchEvent(new Event("input", { bubbles: true }));
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

/** The free times as buttons, by day. */
function listFree(state) {
  const list = state.place.parentElement.querySelector("[data-free-list]");
  const gaps = time.free(state.events, state.resource);
  list.replaceChildren();
  if (!gaps.length) {
    const nothing = document.createElement("p");
    nothing.textContent = state.words.none;
    list.append(nothing);
  }
  let day = "";
  let chips;
  for (const gap of gaps) {
    if (gap.start.slice(0, 10) !== day) {
      day = gap.start.slice(0, 10);
      const head = document.createElement("p");
      head.className = "free-day";
      head.textContent = time.dayOf(gap.start);
      chips = document.createElement("ul");
      chips.className = "chips";
      list.append(head, chips);
    }
    chips.append(slot(state, gap));
  }
}

function slot(state, gap) {
  const entry = document.createElement("li");
  const text = time.hoursText(gap.start, gap.end);
  const element = document.createElement(state.place.dataset.start ? "button" : "span");
  element.className = "chip";
  element.textContent = text;
  if (element instanceof HTMLButtonElement) {
    element.type = "button";
    element.setAttribute("aria-label", `${time.dayOf(gap.start)} ${text}`);
    element.dataset.from = gap.start;
    element.dataset.to = gap.end;
  }
  entry.append(element);
  return entry;
}

function listen(state, calendar) {
  const { place } = state;
  place.parentElement.querySelector("[data-free-list]").addEventListener("click", (event) => {
    const button = event.target.closest("button[data-from]");
    if (button) choose(state, calendar, button.dataset.from, button.dataset.to);
  });
  // A time that was typed shows on the calendar.
  const inputs = [place.dataset.start, place.dataset.end].map((id) => id && document.getElementById(id));
  if (!inputs[0] || !inputs[1]) return;
  const show = () => {
    const [start, end] = inputs.map((input) => input.value);
    if (start && end && start < end) mark(state, calendar, start, end);
  };
  for (const input of inputs) input.addEventListener("change", show);
  if (inputs[0].value && !place.dataset.day) calendar.setOption("date", inputs[0].value.slice(0, 10));
  show();
}

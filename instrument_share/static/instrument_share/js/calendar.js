// One instrument by week. Choosing a time fills two inputs, or leads to the form that has them; the list of
// bookable times does the same by keyboard.
import * as freeList from "./free_list.js";
import * as offers from "./offers.js";
import * as time from "./time.js";

const narrow = window.matchMedia("(max-width: 40rem)");

export async function show(place) {
  const words = time.wordsOf(place);
  const EventCalendar = await time.loadComponent("EventCalendar", place);
  const state = { runs: [], resource: null, chosen: [], refusal: "", isOpened: false, place, words };
  const calendar = EventCalendar.create(place, {
    view: "timeGridDay",
    duration: { days: narrow.matches ? 3 : 7 },
    date: (narrow.matches ? place.dataset.phoneDay : place.dataset.day) || time.nowWall().slice(0, 10),
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
    selectable: isChoosable(place),
    selectBackgroundColor: "#0b5c8e",
    unselectAuto: false,
    select: (info) => choose(state, time.wallOf(info.start), time.wallOf(info.end)),
    dateClick: (info) => chooseFrom(state, time.wallOf(info.date)),
    eventSources: [{ events: (range) => fetchWeek(state, range) }],
    lazyFetching: false,
    eventContent: (info) => time.content(info, words, "", isChoosable(place) && ((start) => chooseFrom(state, start))),
  });
  time.makeReachable(place, words);
  listen(state, calendar);
}

async function fetchWeek(state, range) {
  const { place, words } = state;
  try {
    const start = time.toInstant(time.wallOf(range.start));
    const end = time.toInstant(time.wallOf(range.end));
    const answer = await time.load(place.dataset.calendar, start, end, narrowing(place));
    const { resources, events } = answer;
    state.resource = resources[0]?.id ?? null;
    state.runs = offers.read(answer.offers);
    tellRefusal(state, answer.refusals[0]?.text);
    openAtFirst(state);
    freeList.show(place, words, answer, state.runs, (_resource, from, until) => choose(state, from, until));
    // The component forgets what was added to the week before it.
    return [...events.map((event) => time.shown(event, words)), ...state.chosen];
  } catch {
    time.say(place, words.failed, true);
    return [];
  }
}

/** An empty calendar says why nobody of this standing can book here, as long as it is so. */
function tellRefusal(state, refusal = "") {
  if (refusal === state.refusal) return;
  state.refusal = refusal;
  time.say(state.place, refusal, true);
}

/** The hours that are seen first are those of the time that a field names, or of the first bookable time. */
function openAtFirst(state) {
  const field = state.place.dataset.start && document.getElementById(state.place.dataset.start);
  const first = field?.value || offers.firstStart(state.runs);
  if (state.isOpened || !first) return;
  state.isOpened = true;
  state.calendar?.setOption("scrollTime", time.timeOf(first));
}

/** The values of the form that decide which times are granted: who pays, and which service. */
function narrowing(place) {
  const inputs = (place.dataset.with ?? "").split(" ").map((id) => document.getElementById(id)).filter(Boolean);
  return Object.fromEntries(inputs.map((input) => [input.name, input.value]));
}

const isChoosable = (place) => Boolean(place.dataset.start || place.dataset.book);

/** One click, tap or key chooses the shortest booking from there; dragging chooses more. */
function chooseFrom(state, start) {
  if (!isChoosable(state.place)) return;
  const shortest = offers.shortestAt(state.runs, state.resource, start);
  if (shortest) choose(state, shortest.start, shortest.end);
  else time.say(state.place, state.refusal || state.words.notOpen, true);
}

function choose(state, start, end) {
  const { place, words } = state;
  state.calendar.unselect();
  if (!offers.isOffered(state.runs, state.resource, start, end)) {
    time.say(place, state.refusal || words.notOpen, true);
  } else if (place.dataset.start) {
    fill(place.dataset.start, start);
    fill(place.dataset.end, end);
    mark(state, state.calendar, start, end);
  } else if (place.dataset.book) {
    window.location.assign(time.bookAddress(place, state.resource, start, end));
  }
}

function mark(state, calendar, start, end) {
  const { place, words } = state;
  const chosen = { id: "chosen", start, end, title: "", classNames: ["time-chosen"], editable: false };
  state.chosen = [chosen];
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

/** Whether the week that is shown has this day. */
function isShown(calendar, wall) {
  const { activeStart, activeEnd } = calendar.getView();
  return time.wallOf(activeStart) <= wall && wall < time.wallOf(activeEnd);
}

function listen(state, calendar) {
  const { place } = state;
  state.calendar = calendar;
  for (const id of (place.dataset.with ?? "").split(" ").filter(Boolean)) {
    document.getElementById(id)?.addEventListener("change", () => calendar.refetchEvents());
  }
  // A time that is offered elsewhere on the page is chosen here, so that what was typed stays.
  document.addEventListener("click", (event) => {
    const link = place.dataset.start && event.target.closest("a[data-choose-start]");
    if (!link) return;
    event.preventDefault();
    fill(place.dataset.start, link.dataset.chooseStart);
    fill(place.dataset.end, link.dataset.chooseEnd);
  });
  // A time that was typed shows on the calendar.
  const inputs = [place.dataset.start, place.dataset.end].map((id) => id && document.getElementById(id));
  if (!inputs[0] || !inputs[1]) return;
  const show = () => {
    const [start, end] = inputs.map((input) => input.value);
    if (!start || !end || start >= end) return;
    mark(state, calendar, start, end);
    if (!isShown(calendar, start)) calendar.setOption("date", start.slice(0, 10));
  };
  for (const input of inputs) input.addEventListener("change", show);
  if (inputs[0].value) calendar.setOption("date", inputs[0].value.slice(0, 10));
  show();
}

// Many instruments on one day. Choosing a free time leads to booking it.
import * as freeList from "./free_list.js";
import * as offers from "./offers.js";
import * as time from "./time.js";

const NARROWEST_SLOT = { desk: 21, phone: 28 };
const MORNING = 7;

export async function show(place) {
  const words = time.wordsOf(place);
  const EventCalendar = await time.loadComponent("EventCalendar", place);
  const day = place.dataset.day;
  let data;
  try {
    data = await time.load(place.dataset.timeline, time.toInstant(`${day}T00:00`), time.toInstant(`${nextDay(day)}T00:00`));
  } catch {
    time.say(place, words.failed, true);
    return;
  }
  place.replaceChildren();
  const runs = offers.read(data.offers);
  const [now, isChoosable] = [time.nowWall(), Boolean(place.dataset.book)];
  const { from, until } = time.shownHours(day, data.events, isChoosable ? now : "");
  const seen = isChoosable ? offers.firstStart(runs) : now;
  const opening = seen && day === now.slice(0, 10) ? Number(seen.slice(11, 13)) : MORNING;
  const names = new Map(data.resources.map((resource) => [resource.id, resource.title]));
  const goTo = (resource, { start, end }) => window.location.assign(time.bookAddress(place, resource, start, end));
  const goFrom = (resource, start) => {
    const shortest = offers.shortestAt(runs, resource, start);
    if (shortest) goTo(resource, shortest);
    else time.say(place, words.notOpen, true);
  };
  const calendar = EventCalendar.create(place, {
    view: "resourceTimelineDay",
    dayHeaderFormat: (date) => time.dayOf(time.wallOf(date)),
    date: day,
    locale: time.language(),
    height: "auto",
    headerToolbar: false,
    slotDuration: "00:30",
    slotLabelInterval: "01:00",
    slotMinTime: `${from}:00`,
    slotMaxTime: `${until}:00`,
    scrollTime: `${Math.max(from, opening)}:00`,
    slotWidth: slotWidth(place, 2 * (until - from)),
    nowIndicator: time.clockIsHere(),
    slotLabelFormat: (date) => time.timeOf(time.wallOf(date)),
    resources: data.resources.map(({ id, title, model, unit }) => ({ id, title, extendedProps: { model, unit } })),
    resourceLabelContent: ({ resource }) => ({ domNodes: label(resource) }),
    events: data.events.map((event) => time.shown(event, words)),
    eventContent: (info) => {
      const [resource] = info.event.resourceIds;
      return time.content(info, words, names.get(resource), isChoosable && ((start) => goFrom(resource, start)));
    },
    selectable: isChoosable,
    select: (info) => {
      const [start, end] = [time.wallOf(info.start), time.wallOf(info.end)];
      calendar.unselect();
      if (offers.isOffered(runs, info.resource.id, start, end)) goTo(info.resource.id, { start, end });
      else time.say(place, words.notOpen, true);
    },
    dateClick: (info) => isChoosable && goFrom(info.resource.id, time.wallOf(info.date)),
  });
  time.makeReachable(place, words);
  freeList.show(place, words, data, runs, (resource, start, end) => goTo(resource, { start, end }));
}

/** The instrument's name, and its model and unit below it. */
function label({ title, extendedProps: { model, unit } }) {
  const [name, more] = [document.createElement("span"), document.createElement("span")];
  name.textContent = title;
  more.className = "timeline-more";
  more.textContent = [model, unit].filter(Boolean).join(" · ");
  return [name, more];
}

/** Half an hour is wide enough to read its label, and the whole picture as wide as the page. */
function slotWidth(place, slots) {
  const names = parseFloat(getComputedStyle(place).getPropertyValue("--names-width")) * 16;
  const narrowest = place.clientWidth < 640 ? NARROWEST_SLOT.phone : NARROWEST_SLOT.desk;
  return Math.max(narrowest, Math.floor((10 * (place.clientWidth - names - 2)) / slots) / 10);
}

function nextDay(day) {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + 1);
  return date.toISOString().slice(0, 10);
}

// Many instruments on one day. Choosing a free time leads to booking it.
import * as freeList from "./free_list.js";
import * as offers from "./offers.js";
import * as time from "./time.js";

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
  const goTo = (resource, { start, end }) => window.location.assign(time.bookAddress(place, resource, start, end));
  const calendar = EventCalendar.create(place, {
    view: "resourceTimelineDay",
    dayHeaderFormat: (date) => time.dayOf(time.wallOf(date)),
    date: day,
    locale: time.language(),
    height: "auto",
    headerToolbar: false,
    slotDuration: "00:30",
    slotLabelInterval: "01:00",
    slotWidth: 28,
    scrollTime: time.firstSeen(day),
    nowIndicator: time.clockIsHere(),
    slotLabelFormat: (date) => time.timeOf(time.wallOf(date)),
    resources: data.resources.map((resource) => ({ id: resource.id, title: resource.title })),
    events: data.events.map((event) => time.shown(event, words)),
    eventContent: time.content,
    selectable: Boolean(place.dataset.book),
    select: (info) => {
      const [start, end] = [time.wallOf(info.start), time.wallOf(info.end)];
      calendar.unselect();
      if (offers.isOffered(runs, info.resource.id, start, end)) goTo(info.resource.id, { start, end });
      else time.say(place, words.notOpen, true);
    },
    dateClick: (info) => {
      const shortest = offers.shortestFrom(runs, info.resource.id, time.wallOf(info.date));
      if (shortest && place.dataset.book) goTo(info.resource.id, shortest);
      else time.say(place, words.notOpen, true);
    },
  });
  time.makeReachable(place, words);
  freeList.show(place, words, data.resources, runs, (resource, start, end) => goTo(resource, { start, end }));
}

function nextDay(day) {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + 1);
  return date.toISOString().slice(0, 10);
}

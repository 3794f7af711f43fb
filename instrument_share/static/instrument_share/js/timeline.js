// Many instruments on one day. Choosing a free time leads to booking it.
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
      if (time.isFree(data.events, info.resource.id, start, end)) {
        window.location.assign(bookAddress(place, info.resource.id, start, end));
      } else {
        time.say(place, words.notOpen, true);
      }
    },
  });
  time.makeReachable(place, words);
  listFree(place, data, words);
}

function nextDay(day) {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + 1);
  return date.toISOString().slice(0, 10);
}

function bookAddress(place, resource, start, end) {
  return place.dataset.book
    .replace("{resource}", encodeURIComponent(resource))
    .replace("{start}", encodeURIComponent(start))
    .replace("{end}", encodeURIComponent(end));
}

/** For each instrument its free times, as links to booking them. */
function listFree(place, data, words) {
  const list = place.parentElement.querySelector("[data-free-list]");
  list.replaceChildren();
  for (const resource of data.resources) {
    const gaps = time.free(data.events, resource.id);
    const head = document.createElement("p");
    head.className = "free-day";
    head.textContent = resource.title;
    const chips = document.createElement("ul");
    chips.className = "chips";
    for (const gap of gaps) {
      const entry = document.createElement("li");
      const link = document.createElement(place.dataset.book ? "a" : "span");
      link.className = "chip";
      if (place.dataset.book) link.href = bookAddress(place, resource.id, gap.start, gap.end);
      link.textContent = time.hoursText(gap.start, gap.end);
      entry.append(link);
      chips.append(entry);
    }
    if (!gaps.length) {
      const entry = document.createElement("li");
      entry.className = "soft";
      entry.textContent = words.none;
      chips.append(entry);
    }
    list.append(head, chips);
  }
}

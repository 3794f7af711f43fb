// Times that may be requested. The server sends runs of starts that follow each other by a step; all that is
// shown as free, chosen or refused before sending is read from them. Times are Shanghai's wall clock.
import { toWall } from "./time.js";

const MINUTE = 60000;

/** Minutes since 1970 on the wall clock, which knows no daylight saving time. */
const minutesOf = (wall) => Date.parse(`${wall}:00Z`) / MINUTE;
const wallAt = (minutes) => new Date(minutes * MINUTE).toISOString().slice(0, 16);
const isOnStep = (minutes, step) => (minutes % 1440) % step === 0;

/** The runs of an answer, with times as minutes. */
export function read(runs) {
  const minutes = (instant) => minutesOf(toWall(instant).slice(0, 16));
  return runs.map((run) => ({
    ...run,
    first: minutes(run.first),
    last: minutes(run.last),
    until: minutes(run.until),
    longest: run.longest ?? Infinity,
  }));
}

/** Whether this time may be requested. */
export function isOffered(runs, resource, start, end) {
  const [from, until] = [start, end].map(minutesOf);
  return runs.some((run) => run.resource === resource && admits(run, from, until));
}

function admits(run, from, until) {
  const isStart = run.first <= from && from <= run.last && isOnStep(from, run.step);
  const isEnd = isOnStep(until, run.step) && until <= Math.min(run.until, from + run.longest);
  return isStart && isEnd && until - from >= run.shortest;
}

/** The first start of all runs, or undefined. */
export function firstStart(runs) {
  const starts = runs.map((run) => run.first);
  return starts.length ? wallAt(Math.min(...starts)) : undefined;
}

/** The lengths, in minutes, that some start admits. */
export function lengths(runs, resource) {
  const found = new Set();
  for (const run of runs.filter((one) => one.resource === resource)) {
    const most = Math.min(run.longest, run.until - run.first);
    for (let length = run.shortest; length <= most; length += run.step) found.add(length);
  }
  return [...found].sort((a, b) => a - b);
}

/** The times of a length that may be requested, by start. */
export function timesOf(runs, resource, length) {
  const found = [];
  for (const run of runs.filter((one) => one.resource === resource)) {
    for (let from = run.first; from <= run.last; from += 1440 % run.step ? 1 : run.step) {
      if (admits(run, from, from + length)) found.push({ start: wallAt(from), end: wallAt(from + length) });
    }
  }
  return found.sort((a, b) => (a.start < b.start ? -1 : 1));
}

/** The shortest time that may be requested from this moment, or from the last start before it, or null. */
export function shortestAt(runs, resource, wall) {
  const at = minutesOf(wall);
  const found = runs
    .filter((run) => run.resource === resource && run.first <= at && at < run.until)
    .map((run) => ({ from: Math.min(run.last, at - ((at % 1440) % run.step)), run }))
    .filter(({ from, run }) => admits(run, from, from + run.shortest))
    .map(({ from, run }) => ({ from, until: from + run.shortest }))
    .sort((one, other) => other.from - one.from || one.until - other.until);
  return found.length ? { start: wallAt(found[0].from), end: wallAt(found[0].until) } : null;
}

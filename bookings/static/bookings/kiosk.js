// The screen of a kiosk: a clock, the state anew every half minute, and what is done while the line is cut.
//
// The last state stays on the screen. Acts are kept with the time at which they happened, by the platform's clock,
// and sent in their order when the line is back; each has a key, by which the platform takes it once.

const REFRESH = 30_000;
const PATIENCE = 8_000;
const IDLE = 120_000;
const kept = document.getElementById("kept");
const QUEUE = `kiosk.queue.${kept.dataset.kiosk}`;
/** What was answered to kept acts and somebody has to read: refusals, and what a frozen year means for hours. */
const TOLD = `kiosk.refused.${kept.dataset.kiosk}`;
const TABLET = "kiosk.tablet";
const NUMBER = "kiosk.number";
/** With these nothing was taken: as good as a line that is cut. */
const NOT_TAKEN = new Set([408, 429, 500, 502, 503, 504]);

let home = null;
const page = () => document.getElementById("kiosk");
const offline = document.getElementById("offline");
const time = new Intl.DateTimeFormat("en-GB", { timeZone: "Asia/Shanghai", hour: "2-digit", minute: "2-digit" });
let ahead = Date.parse(page().dataset.now) - Date.now();
let cutSince = null;
let touchedAt = Date.now();
let isSending = false;

const now = () => new Date(Date.now() + ahead);
const read = (name) => JSON.parse(localStorage.getItem(name) ?? "[]");
const write = (name, rows) => localStorage.setItem(name, JSON.stringify(rows));

/** A key that no other act has: the tablet's own, and the next number. */
function newKey() {
  let tablet = localStorage.getItem(TABLET);
  if (!tablet) {
    tablet = [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    localStorage.setItem(TABLET, tablet);
  }
  const number = Number(localStorage.getItem(NUMBER) ?? 0) + 1;
  localStorage.setItem(NUMBER, number);
  return `${tablet}-${number}`;
}

/** Forget what another kiosk has kept that this tablet was before: keepers were told that it is lost. */
function forgetOthers() {
  for (const name of Object.keys(localStorage)) {
    if (/^kiosk\.(queue|refused)/.test(name) && ![QUEUE, TOLD].includes(name)) localStorage.removeItem(name);
  }
}

function showLine() {
  offline.hidden = cutSince === null;
  if (cutSince !== null) offline.textContent = offline.dataset.words.replace("TIME", time.format(cutSince));
}

/** Ask the platform; null where the line is cut. */
async function ask(address, options = {}) {
  try {
    const answer = await fetch(address, { ...options, signal: AbortSignal.timeout(PATIENCE) });
    if (NOT_TAKEN.has(answer.status)) throw new Error(String(answer.status));
    cutSince = null;
    showLine();
    return answer;
  } catch {
    noteCut();
    return null;
  }
}

function noteCut() {
  cutSince ??= now();
  showLine();
}

/** Put a page on the screen; the first one is kept, to come back to while the line is cut. */
function put(fresh, title) {
  if (document.getElementById("state")) home = { node: page(), title: document.title };
  document.title = title;
  page().replaceWith(fresh);
  (fresh.querySelector("[data-problems]") ?? fresh.querySelector("[autofocus]") ?? fresh).focus();
}

/**
 * Put what was answered on the screen: all of it, or the state alone so that what is being typed stays.
 *
 * Return false where somebody else has answered, as a network that wants a login, or the kiosk is locked.
 */
async function show(answer, part = "") {
  const found = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = found.getElementById("kiosk");
  if (!fresh) {
    if (answer.status === 403) location.reload();
    else noteCut();
    return false;
  }
  ahead = Date.parse(fresh.dataset.now) - Date.now();
  if (part) {
    const [old, renewed] = [document.getElementById(part), fresh.querySelector(`#${part}`)];
    if (old && renewed) old.replaceWith(renewed);
  } else {
    put(fresh, found.title);
  }
  tick();
  return true;
}

async function refresh() {
  const answer = await ask(page().dataset.home);
  if (!answer) return;
  const isLeft = Date.now() - touchedAt > IDLE;
  if (isLeft) touchedAt = Date.now();
  if (await show(answer, isLeft ? "" : "state")) await sendKept();
}

/** Keep an act for later, and say so. */
function keep(form, data) {
  const act = Object.fromEntries([...data].filter(([name]) => !["csrfmiddlewaretoken", "shown"].includes(name)));
  act.kind ||= form.dataset.kind ?? "check_in";
  act.at = now().toISOString();
  write(QUEUE, [...read(QUEUE), act]);
  comeBack();
  clear();
  showKept();
}

/** Empty the form on the screen, which everybody reads: no code stays, and no problem that one had. */
function clear() {
  for (const field of page().querySelectorAll("[data-act] :is(input:not([type=hidden]), textarea)")) field.value = "";
  for (const problem of page().querySelectorAll("[data-problems], [data-act] .problem")) problem.remove();
}

function comeBack() {
  if (!document.getElementById("state") && home) put(home.node, home.title);
}

/** Send what was kept, one after the other; a repetition is answered as the first. */
async function sendKept() {
  if (isSending) return;
  isSending = true;
  try {
    for (let queue = read(QUEUE); queue.length; queue = read(QUEUE)) {
      const body = new FormData();
      for (const [name, value] of Object.entries(queue[0])) body.append(name, value);
      const headers = { "X-CSRFToken": document.querySelector("[name=csrfmiddlewaretoken]").value };
      const answer = await ask(kept.dataset.address, { method: "POST", body, headers });
      if (!answer) return;
      if (answer.status === 403) return location.reload();
      const told = await answer.json().catch(() => null);
      if (!told) return noteCut();
      if (told.code === "kiosk.too_many_guesses") return;
      const words = told.notice || (told.is_taken ? "" : told.detail);
      if (words) write(TOLD, [...read(TOLD), { ...queue[0], detail: words }]);
      write(QUEUE, read(QUEUE).slice(1));
      showKept();
      const state = await ask(page().dataset.home);
      if (state) await show(state, "state");
    }
  } finally {
    isSending = false;
  }
}

function showKept() {
  const [waiting, answered] = [read(QUEUE), read(TOLD)];
  kept.hidden = !waiting.length && !answered.length;
  const rows = [
    ...waiting.map((act) => describe(act, kept.dataset.waiting)),
    ...answered.map((act) => describe(act, act.detail, true)),
  ];
  kept.querySelector("ul").replaceChildren(...rows);
}

function describe(act, words, isAnswered = false) {
  const row = document.createElement("li");
  row.className = "row-head";
  const name = { check_in: kept.dataset.checkIn, check_out: kept.dataset.checkOut, fault: kept.dataset.fault }[act.kind];
  const text = document.createElement("span");
  text.textContent = `${time.format(new Date(act.at))} ${name} ${hide(act.code ?? "")} · ${words}`;
  row.append(text);
  if (isAnswered) {
    const close = document.createElement("button");
    close.className = "btn";
    close.textContent = kept.dataset.close;
    close.addEventListener("click", () => {
      write(TOLD, read(TOLD).filter((one) => one.key !== act.key));
      showKept();
    });
    row.append(close);
  }
  return row;
}

/** A code that is not recorded yet opens a booking: whoever comes by does not read it. */
function hide(code) {
  return code && `${code.replace(/\/$/, "").slice(-6, -4)}…`;
}

/** Choose the language; while the line is cut, the screen stays rather than to give way to the browser's own page. */
async function choose(address, data) {
  if (await ask(address, { method: "POST", body: data })) location.reload();
}

function tick() {
  for (const place of document.querySelectorAll("[data-clock]")) place.textContent = time.format(now());
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  event.preventDefault();
  if (form.getAttribute("aria-busy") === "true") return;
  const data = new FormData(form, event.submitter);
  if (!form.matches("[data-act]")) return choose(form.action, data);
  form.setAttribute("aria-busy", "true");
  data.set("key", newKey());
  const isWaiting = cutSince !== null || read(QUEUE).length > 0;
  const answer = isWaiting ? null : await ask(form.action, { method: "POST", body: data });
  if (!answer || !(await show(answer))) keep(form, data);
  form.removeAttribute("aria-busy");
});
document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-page]");
  if (!link) return;
  event.preventDefault();
  const answer = await ask(link.href);
  if (!answer || !(await show(answer))) comeBack();
});
for (const touch of ["input", "pointerdown", "keydown"]) {
  document.addEventListener(touch, () => { touchedAt = Date.now(); });
}
window.addEventListener("offline", noteCut);
window.addEventListener("online", refresh);
setInterval(tick, 1_000);
setInterval(refresh, REFRESH);
forgetOthers();
tick();
showKept();
sendKept();

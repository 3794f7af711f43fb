// The one script of every page: finds the parts by their data attributes and loads what they need.
import { startDialogs } from "./dialog.js";
import { startForms, focusProblems } from "./forms.js";
import { startNotes } from "./notes.js";

const parts = [
  ["[data-calendar]", () => import("./calendar.js")],
  ["[data-timeline]", () => import("./timeline.js")],
  ["[data-chart]", () => import("./chart.js")],
  ["[data-copy]", () => import("./copy.js")],
  ["[data-idle]", () => import("./idle.js")],
  ["[data-key-failed]", () => import("./key_failed.js")],
];

/** Start every part inside `root` that has not been started yet. */
async function start(root) {
  focusProblems(root);
  for (const [selector, load] of parts) {
    const places = [...root.querySelectorAll(selector)].filter((place) => !place.dataset.started);
    if (!places.length) continue;
    for (const place of places) place.dataset.started = "true";
    const part = await load();
    for (const place of places) part.show(place);
  }
}

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (menu !== except) menu.open = false;
}

function say(words) {
  const line = document.getElementById("waiting");
  line.replaceChildren();
  if (!words) return;
  const text = document.createElement("span");
  text.textContent = words;
  line.append(text);
}

document.addEventListener("click", (event) => closeMenus(event.target.closest("details.menu")));
// A menu that the keyboard has left would cover what has the focus now.
document.addEventListener("focusin", (event) => closeMenus(event.target.closest("details.menu")));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details.menu[open]");
  closeMenus(null);
  menu?.querySelector("summary").focus();
});
document.addEventListener("htmx:beforeRequest", () => say(document.getElementById("waiting").dataset.words));
document.addEventListener("htmx:afterRequest", () => say(""));
for (const failure of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(failure, () => say(document.getElementById("waiting").dataset.failed));
}
// A search has one address: what was left empty isn't in it.
function removeEmpty(formData) {
  for (const [name, value] of [...formData]) if (value === "") formData.delete(name);
}

document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (detail.verb === "get") removeEmpty(detail.formData);
});
document.addEventListener("formdata", (event) => {
  if (event.target.matches('[role="search"]')) removeEmpty(event.formData);
});
document.addEventListener("htmx:load", (event) => start(event.detail.elt));

// What takes the place of the part in which a button was pressed takes its focus as well.
const pressed = new WeakSet();
document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  if (detail.elt.contains(document.activeElement)) pressed.add(detail.xhr);
});
document.addEventListener("htmx:afterSettle", ({ target, detail }) => {
  if (pressed.delete(detail.xhr) && document.activeElement === document.body) target.querySelector("a[href], button")?.focus();
});

/** A row of tabs or links that scrolls begins where the reader is. */
function showCurrent() {
  for (const current of document.querySelectorAll(".top-nav a[aria-current], .tab-line a[aria-current]")) {
    const line = current.closest(".top-nav, .tab-line");
    const before = current.getBoundingClientRect().left - line.getBoundingClientRect().left;
    line.scrollLeft += Math.max(0, before - (line.clientWidth - current.offsetWidth) / 2);
  }
}

showCurrent();
startForms();
startNotes();
startDialogs();
start(document);

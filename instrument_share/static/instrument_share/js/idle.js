// Says before a session is locked that it will be. All windows of a browser share when it was last used.
const SEEN = "instrument-share-seen";
const WARNING = 120_000;
const EVERY = 10_000;

export function show(place) {
  const limit = Number(place.dataset.idle) * 1000;
  const [text, button] = [place.querySelector("p"), place.querySelector("button")];
  const soon = text.textContent;

  function note() {
    localStorage.setItem(SEEN, String(Date.now()));
    place.hidden = true;
  }

  function look() {
    const rest = Number(localStorage.getItem(SEEN)) + limit - Date.now();
    place.hidden = rest > WARNING;
    button.hidden = rest <= 0;
    const words = rest > 0 ? soon : place.dataset.locked;
    if (!place.hidden && text.textContent !== words) text.textContent = words;
  }

  button.addEventListener("click", async () => {
    const answer = await fetch(place.dataset.address, { method: "HEAD", redirect: "manual" });
    if (answer.ok) note();
  });
  // What a locked session is answered is no use of it.
  document.addEventListener("htmx:afterRequest", ({ detail }) => { if (detail.xhr.status !== 401) note(); });
  note();
  setInterval(look, EVERY);
}

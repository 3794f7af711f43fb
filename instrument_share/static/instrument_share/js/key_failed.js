// Says that the browser gave no passkey; without it the reason would stand in the console alone.

export function show(place) {
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    place.hidden = false;
  });
}

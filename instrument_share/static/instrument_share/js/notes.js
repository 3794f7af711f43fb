// What stands against a part of the page is said at the top until the same is asked for and answered.

let failed = "";
let loggedOut = false;

const describe = ({ requestConfig }) => `${requestConfig.verb} ${requestConfig.path}`;
const find = () => document.querySelector("#notes [data-of-part]");

export function startNotes() {
  // Without a login the page asks for nothing by itself, until the reader comes back to it from elsewhere.
  document.addEventListener("htmx:confirm", (event) => {
    if (loggedOut && !event.detail.triggeringEvent) event.preventDefault();
  });
  window.addEventListener("focus", () => { loggedOut = false; });
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (!detail.isError || detail.target.id !== "notes") return;
    // What the page asks for by itself, again and again, takes no reader away and is said once.
    if (!detail.requestConfig.triggeringEvent) {
      detail.shouldSwap = !(find() && failed === describe(detail));
      [detail.swapOverride] = detail.xhr.getResponseHeader("HX-Reswap").split(" "); // without the scrolling
    }
    failed = describe(detail);
  });
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    loggedOut = detail.xhr.status === 401;
    if (detail.successful && failed === describe(detail)) find()?.remove();
  });
}

// Forms are sent once, and what was typed is not left by mistake.

let sent = null;

export function startForms() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || form.matches("[hx-post], [hx-put]")) return;
    if (form.getAttribute("aria-busy") === "true") {
      event.preventDefault();
      return;
    }
    form.setAttribute("aria-busy", "true");
    sent = form;
  });
  // Coming back by the browser's button finds a form that can be sent again.
  window.addEventListener("pageshow", () => {
    sent = null;
    for (const form of document.querySelectorAll('form[aria-busy="true"]')) form.removeAttribute("aria-busy");
  });
  document.addEventListener("input", (event) => {
    const form = event.target.closest('form[data-form="guard"]');
    if (form) form.dataset.changed = "true";
  });
  window.addEventListener("beforeunload", (event) => {
    // A form that came back with problems holds what was typed; to send another form leaves this one.
    const guarded = [...document.querySelectorAll('form[data-form="guard"]')];
    const unsent = guarded.filter((form) => form.dataset.changed || form.querySelector("[data-problems]"));
    if (!unsent.some((form) => form !== sent)) return;
    event.preventDefault();
    sent?.removeAttribute("aria-busy"); // who stays can send it later
  });
}

/** After a form came back with problems the reader starts at their list. */
export function focusProblems(root) {
  const list = root.querySelector("[data-problems]");
  if (list) list.focus();
}

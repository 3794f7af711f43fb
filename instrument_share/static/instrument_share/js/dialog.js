// A link with data-confirm opens the page that asks first as a dialog; without this script it is a page.

export function startDialogs() {
  document.addEventListener("click", async (event) => {
    const close = event.target.closest("dialog [data-close]");
    if (close) {
      event.preventDefault();
      close.closest("dialog").close();
      return;
    }
    const link = event.target.closest("a[data-confirm]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const body = await fetchBody(link.href);
    if (body) open(body, link);
    else window.location.assign(link.href);
  });
}

async function fetchBody(address) {
  try {
    const response = await fetch(address, { credentials: "same-origin" });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    return page.querySelector("[data-confirm-body]");
  } catch {
    return null;
  }
}

function open(body, link) {
  const dialog = document.createElement("dialog");
  const heading = body.querySelector("h1");
  heading.id = "dialog-heading";
  dialog.setAttribute("aria-labelledby", heading.id);
  dialog.append(...document.importNode(body, true).childNodes);
  dialog.addEventListener("close", () => {
    dialog.remove();
    link.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
}

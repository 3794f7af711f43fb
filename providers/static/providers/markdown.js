// Puts a picture's line into the text that was written last; the buttons appear only where this script runs.

let last = null;

function show(root) {
  for (const button of root.querySelectorAll("[data-insert][hidden]")) button.hidden = false;
}

function insert(button) {
  const area = last?.isConnected ? last : document.querySelector("textarea[data-markdown]");
  if (!area) return;
  const line = area.dataset.markdown === "en" ? button.dataset.insertEn : button.dataset.insert;
  const before = area.value.slice(0, area.selectionEnd);
  const gap = before === "" || before.endsWith("\n\n") ? "" : before.endsWith("\n") ? "\n" : "\n\n";
  area.focus();
  area.setRangeText(`${gap}${line}\n\n`, area.selectionEnd, area.selectionEnd, "end");
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

document.addEventListener("focusin", (event) => {
  if (event.target.matches("textarea[data-markdown]")) last = event.target;
});
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-insert]");
  if (button) insert(button);
});
document.addEventListener("htmx:load", (event) => show(event.detail.elt));
show(document);

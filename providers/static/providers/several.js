// Several of a list are looked for by typing; what is chosen stands above as buttons that take it away again. The
// select stays what the form sends, in the order of choosing, and what is used where this script doesn't run.
import { element, listBelow, listen, partsFor, plain, wordsOf } from "./chooser.js";

const MOST_SHOWN = 100;

function show(select) {
  const { none, found, away, full } = select.dataset;
  const most = Number(select.dataset.most) || Infinity;
  const options = [...select.options].sort((one, other) => one.dataset.place - other.dataset.place);
  const labelOf = (option) => option.textContent.trim();
  const textOf = new Map(options.map((option) => [option, plain(`${labelOf(option)} ${option.dataset.words ?? ""}`)]));
  const parts = partsFor(select);
  const { input, list, told, note, box, name } = parts;
  const chosen = element("ul", { class: "chips", "aria-label": name });
  const below = listBelow(parts, { draw: (entry) => [element("span", {}, labelOf(entry.option))], take });
  box.prepend(chosen);

  const isFull = () => select.selectedOptions.length >= most;

  function settle() {
    chosen.replaceChildren(...[...select.selectedOptions].map((option) => {
      const button = element("button", { type: "button", class: "chip", "aria-label": away.replace("%s", labelOf(option)) });
      button.append(element("span", {}, labelOf(option)), element("span", { "aria-hidden": "true" }, "✕"));
      button.addEventListener("click", () => choose(option, false));
      const item = element("li", {});
      item.append(button);
      return item;
    }));
    chosen.hidden = !chosen.children.length;
    note.textContent = isFull() ? full : "";
  }

  function choose(option, isChosen) {
    const before = [...select.selectedOptions].at(-1);
    if (isChosen && before) before.after(option);
    else if (isChosen) select.prepend(option);
    option.selected = isChosen;
    select.dispatchEvent(new Event("change", { bubbles: true }));
    input.value = "";
    below.close();
    input.focus();
    told.textContent = note.textContent;
  }

  function search() {
    if (isFull()) {
      told.textContent = full;
      return below.close();
    }
    const words = wordsOf(input.value);
    const fit = options.filter((option) => !option.selected && words.every((word) => textOf.get(option).includes(word)));
    const said = fit.length ? found.replace("%s", fit.length) : none;
    below.open(fit.slice(0, MOST_SHOWN).map((option) => ({ kind: "leaf", option })), said);
    note.textContent = words.length ? said : "";
    return fit.length > 0 && below.mark(0);
  }

  function take(entry) {
    choose(entry.option, true);
    return true;
  }

  function leave() {
    input.value = "";
    note.textContent = isFull() ? full : "";
    return below.close();
  }

  const move = (by) => (list.hidden ? search() : below.step(by));

  listen(input, {
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    Enter: below.takeActive,
    Escape: () => !list.hidden && leave(),
  });
  input.addEventListener("input", search);
  input.addEventListener("click", () => list.hidden && search());
  input.addEventListener("blur", leave);
  select.addEventListener("change", settle);
  settle();
}

for (const select of document.querySelectorAll("select[data-several]")) show(select);

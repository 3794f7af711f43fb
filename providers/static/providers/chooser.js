// What the choosers share: a field with a list below it, walked with the arrows, taken with Enter or by a click.

export function element(name, attributes, text = "") {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = text;
  return made;
}

export const plain = (text) => text.normalize("NFKC").toLowerCase();
export const wordsOf = (typed) => plain(typed).split(/\s+/).filter(Boolean);

/** The parts of a chooser in the place of `select`, which stays what the form sends. */
export function partsFor(select) {
  const id = `${select.id}_search`;
  const input = element("input", {
    id, type: "text", role: "combobox", class: select.className.replace("form-select", "form-control"), autocomplete: "off",
    placeholder: select.dataset.words, "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": `${id}_list`,
  });
  for (const name of ["aria-describedby", "aria-invalid"]) {
    if (select.hasAttribute(name)) input.setAttribute(name, select.getAttribute(name));
  }
  const label = document.querySelector(`label[for="${select.id}"]`);
  const name = label.firstChild.textContent.trim();
  const list = element("ul", { id: `${id}_list`, role: "listbox", class: "chooser-list", "aria-label": name });
  const told = element("span", { role: "status", class: "visually-hidden" });
  const note = element("p", { class: "chooser-way soft" });
  const box = element("div", { class: "chooser" });
  list.hidden = true;
  label.htmlFor = id;
  select.before(box);
  box.append(input, list, told, note);
  select.classList.add("visually-hidden");
  select.tabIndex = -1;
  select.setAttribute("aria-hidden", "true");
  select.addEventListener("focus", () => input.focus());
  return { input, list, told, note, box, name };
}

/** `draw(entry)` makes what stands in an item, `take(entry)` does what choosing it means. */
export function listBelow({ input, list, told }, { draw, take }) {
  let entries = [];
  let active = -1;

  function mark(position) {
    active = position;
    for (const [number, item] of [...list.children].entries()) {
      item.setAttribute("aria-selected", String(number === active));
      if (number === active) item.scrollIntoView({ block: "nearest" });
    }
    if (active < 0) input.removeAttribute("aria-activedescendant");
    else input.setAttribute("aria-activedescendant", list.children[active].id);
    return true;
  }

  function open(shown, said) {
    entries = shown;
    list.replaceChildren(...entries.map((entry, number) => {
      const item = element("li", { id: `${input.id}_${number}`, role: "option", "aria-selected": "false", class: `chooser-${entry.kind}` });
      item.append(...draw(entry));
      return item;
    }));
    list.hidden = !entries.length;
    list.scrollTop = 0;
    input.setAttribute("aria-expanded", String(!list.hidden));
    told.textContent = said;
    return mark(-1);
  }

  function close() {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    return mark(-1);
  }

  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const item = event.target.closest("li");
    if (item) take(entries[[...list.children].indexOf(item)]);
  });

  return {
    open,
    close,
    mark,
    step: (by) => mark((active + by + entries.length) % entries.length),
    takeActive: () => !list.hidden && active >= 0 && take(entries[active]),
  };
}

/** Each of `keys` says whether it has done something, so that the key does nothing else. */
export function listen(input, keys) {
  input.addEventListener("keydown", (event) => {
    const act = keys[event.key];
    if (act && !event.isComposing && act()) event.preventDefault();
  });
}

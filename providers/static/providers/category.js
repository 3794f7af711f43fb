// A category is looked for by code, name or pinyin, or chosen level by level. The select stays what the form
// sends, and what is used where this script doesn't run.

const MOST = 60;

function element(name, attributes, text = "") {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = text;
  return made;
}

const plain = (text) => text.normalize("NFKC").toLowerCase();

/** Every leaf of the select with its way from the top, and the text in which it is found. */
function leavesOf(select) {
  return [...select.querySelectorAll("optgroup > option")].map((option) => {
    const label = option.textContent.trim();
    const way = option.parentElement.label.split(" › ");
    return { value: option.value, label, way, text: plain(`${label} ${option.dataset.words ?? ""}`) };
  });
}

/** What fits all words, by how well: the code, then the name, then its pinyin or its other language. */
function found(leaves, typed) {
  const words = plain(typed).split(/\s+/).filter(Boolean);
  const rank = (leaf) => {
    if (leaf.value.startsWith(words[0])) return 0;
    return words.every((word) => plain(leaf.label).includes(word)) ? 1 : 2;
  };
  return leaves
    .filter((leaf) => words.every((word) => leaf.text.includes(word)))
    .map((leaf) => ({ ...leaf, rank: rank(leaf) }))
    .sort((one, other) => one.rank - other.rank || one.value.localeCompare(other.value));
}

/** The entries of a level: a way back, branches, leaves. */
function level(leaves, way) {
  const below = leaves.filter((leaf) => way.every((step, depth) => leaf.way[depth] === step));
  const branches = [...new Set(below.map((leaf) => leaf.way[way.length]).filter(Boolean))];
  const back = way.length ? [{ kind: "back", label: way.at(-1), way: way.slice(0, -1) }] : [];
  return [
    ...back,
    ...branches.map((step) => ({ kind: "branch", label: step, way: [...way, step] })),
    ...below.filter((leaf) => leaf.way.length === way.length).map((leaf) => ({ kind: "leaf", ...leaf })),
  ];
}

function show(select) {
  const leaves = leavesOf(select);
  const { words, none, found: foundWords, back } = select.dataset;
  const id = `${select.id}_search`;
  const input = element("input", {
    id, type: "text", role: "combobox", class: select.className.replace("form-select", "form-control"), autocomplete: "off",
    placeholder: words, "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": `${id}_list`,
  });
  for (const name of ["aria-describedby", "aria-invalid"]) {
    if (select.hasAttribute(name)) input.setAttribute(name, select.getAttribute(name));
  }
  const label = document.querySelector(`label[for="${select.id}"]`);
  const list = element("ul", { id: `${id}_list`, role: "listbox", class: "chooser-list", "aria-label": label.firstChild.textContent.trim() });
  const told = element("span", { role: "status", class: "visually-hidden" });
  const way = element("p", { class: "chooser-way soft" });
  const box = element("div", { class: "chooser" });
  list.hidden = true;
  label.htmlFor = id;
  select.before(box);
  box.append(input, list, told, way);
  select.classList.add("visually-hidden");
  select.tabIndex = -1;
  select.setAttribute("aria-hidden", "true");

  let entries = [];
  let active = -1;
  let at = [];

  const chosen = () => leaves.find((leaf) => leaf.value === select.value);

  function settle() {
    const option = select.selectedOptions[0];
    input.value = select.value ? option.textContent.trim() : "";
    way.textContent = chosen()?.way.join(" › ") ?? "";
    return close();
  }

  function close() {
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
    return true;
  }

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
      const item = element("li", { id: `${id}_${number}`, role: "option", "aria-selected": "false", class: `chooser-${entry.kind}` });
      const name = entry.kind === "back" ? `‹ ${back} ${entry.label}` : entry.kind === "branch" ? `${entry.label} ›` : entry.label;
      item.append(element("span", {}, name));
      if (entry.searched) item.append(element("small", { class: "soft" }, entry.way.join(" › ")));
      return item;
    }));
    list.hidden = !entries.length;
    list.scrollTop = 0;
    input.setAttribute("aria-expanded", String(!list.hidden));
    told.textContent = said;
    mark(-1);
  }

  function browse(steps) {
    at = steps;
    open(level(leaves, at), at.at(-1) ?? "");
    return mark(at.length ? 1 : 0);
  }

  function search() {
    if (!input.value.trim()) return browse([]);
    const all = found(leaves, input.value);
    const said = all.length ? foundWords.replace("%s", all.length) : none;
    open(all.slice(0, MOST).map((leaf) => ({ kind: "leaf", searched: true, ...leaf })), said);
    way.textContent = said;
    return all.length > 0 && mark(0);
  }

  function set(value) {
    if (select.value !== value) {
      select.value = value;
      select.dispatchEvent(new Event("change", { bubbles: true }));
    }
    return settle();
  }

  function take(entry) {
    if (entry.kind === "leaf") return set(entry.value);
    input.value = "";
    return browse(entry.way);
  }

  function move(by) {
    if (list.hidden) return browse(chosen()?.way ?? []);
    return mark((active + by + entries.length) % entries.length);
  }

  const keys = {
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    Enter: () => !list.hidden && active >= 0 && take(entries[active]),
    Escape: () => !list.hidden && settle(),
    Backspace: () => !list.hidden && !input.value && at.length > 0 && browse(at.slice(0, -1)),
  };
  // Each says whether it has done something, so that the key does nothing else.

  input.addEventListener("keydown", (event) => {
    const act = keys[event.key];
    if (act && !event.isComposing && act()) event.preventDefault();
  });
  input.addEventListener("input", search);
  input.addEventListener("click", () => list.hidden && browse(chosen()?.way ?? []));
  input.addEventListener("blur", () => {
    const typed = input.value.trim();
    if (!typed || leaves.some((leaf) => leaf.value === typed)) set(typed);
    else settle();
  });
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const item = event.target.closest("li");
    if (item) take(entries[[...list.children].indexOf(item)]);
  });
  select.addEventListener("change", settle);
  select.addEventListener("focus", () => input.focus());
  settle();
}

for (const select of document.querySelectorAll("select[data-category]")) show(select);

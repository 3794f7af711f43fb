// A category is looked for by code, name or pinyin, or chosen level by level. The select stays what the form
// sends, and what is used where this script doesn't run.
import { element, listBelow, listen, partsFor, plain, wordsOf } from "./chooser.js";

const MOST = 60;

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
  const words = wordsOf(typed);
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
  const { none, found: foundWords, back } = select.dataset;
  const parts = partsFor(select);
  const { input, list, note: way } = parts;
  const below = listBelow(parts, { draw, take });
  let at = [];

  const chosen = () => leaves.find((leaf) => leaf.value === select.value);

  function draw(entry) {
    const name = entry.kind === "back" ? `‹ ${back} ${entry.label}` : entry.kind === "branch" ? `${entry.label} ›` : entry.label;
    const made = [element("span", {}, name)];
    if (entry.searched) made.push(element("small", { class: "soft" }, entry.way.join(" › ")));
    return made;
  }

  function settle() {
    const option = select.selectedOptions[0];
    input.value = select.value ? option.textContent.trim() : "";
    way.textContent = chosen()?.way.join(" › ") ?? "";
    return below.close();
  }

  function browse(steps) {
    at = steps;
    below.open(level(leaves, at), at.at(-1) ?? "");
    return below.mark(at.length ? 1 : 0);
  }

  function search() {
    if (!input.value.trim()) return browse([]);
    const all = found(leaves, input.value);
    const said = all.length ? foundWords.replace("%s", all.length) : none;
    below.open(all.slice(0, MOST).map((leaf) => ({ kind: "leaf", searched: true, ...leaf })), said);
    way.textContent = said;
    return all.length > 0 && below.mark(0);
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

  const move = (by) => (list.hidden ? browse(chosen()?.way ?? []) : below.step(by));

  listen(input, {
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    Enter: below.takeActive,
    Escape: () => !list.hidden && settle(),
    Backspace: () => !list.hidden && !input.value && at.length > 0 && browse(at.slice(0, -1)),
  });
  input.addEventListener("input", search);
  input.addEventListener("click", () => list.hidden && browse(chosen()?.way ?? []));
  input.addEventListener("blur", () => {
    const typed = input.value.trim();
    if (!typed || leaves.some((leaf) => leaf.value === typed)) set(typed);
    else settle();
  });
  select.addEventListener("change", settle);
  settle();
}

for (const select of document.querySelectorAll("select[data-category]")) show(select);

"""The Chinese catalogues: compile them, add what is missing, and find what is untranslated.

    python -m tools.translations compile    write the .mo files (gettext's own tools are not needed)
    python -m tools.translations add        append what has no entry yet, to be translated by hand
    python -m tools.translations check      list what is missing, empty, fuzzy, unused or unmarked

Messages are English and stand in Python, templates and JavaScript; the docstrings of operations and schemas
of the API, which its document shows, are messages too. Each package of PACKAGES has one catalogue
for all the code below it; Django reads them as one, so an entry in any of them will do.
"""

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TypeGuard

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_javascript
from babel.messages.mofile import write_mo
from babel.messages.pofile import normalize, read_po
from django.utils.translation.template import templatize

from tools.unmarked_text import unmarked_text

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("instrument_share", "providers", "bookings", "rewards")
PO = Path("locale/zh_Hans/LC_MESSAGES/django.po")
FOR_DEVELOPERS = {"styleguide.html"}
NOT_OURS = {"migrations", "vendor", "node_modules", "__pycache__"}

# Each function, and the places of its context, message and plural among the arguments.
FUNCTIONS = {
    "gettext": (None, 0, None),
    "ngettext": (None, 0, 1),
    "pgettext": (0, 1, None),
    "npgettext": (0, 1, 2),
}
NAMES = {name + suffix: places for name, places in FUNCTIONS.items() for suffix in ("", "_lazy", "_noop")}
NAMES["_"] = FUNCTIONS["gettext"]

CALL = re.compile(
    r"""\b_?(?:n?p?gettext)?\((?:[^()'"]|u?'(?:\\.|[^'\\])*'|u?"(?:\\.|[^"\\])*")*\)""", re.VERBOSE
)
SCHEMA = re.compile(r"(Schema|In|Out|Page|Ref)$")
"""How the schemas of the API are called, and what they derive from."""
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")
_TEXT = r'(?: *".*"\n)+'
ENTRY = re.compile(
    rf"(?:#.*\n|\n)*(?P<key>(?:msgctxt{_TEXT})?msgid{_TEXT})"
    rf"(?:msgstr{_TEXT}|msgid_plural{_TEXT}(?:msgstr\[\d\]{_TEXT})+)(?:#.*\n|\n)*"
)

AVOIDED: Mapping[str, str] = {
    "你": "您 or 贵单位",
    "迟取消": "逾期取消",
    "临近取消": "逾期取消",
    "机时记录": "上机记录",
    "双因素": "两步验证",
    "预约步长": "预约时间单位",
    "时间档": "预约时间单位",
    "粒度": "预约时间单位",
    "暂停开放": "暂停服务",
    "恢复开放": "恢复服务",
}
"""Words for which the platform has another one (docs/glossary.md)."""

KEPT = "where a notification may hold it, keep it in instrument_share/journal/former.py"
"""For what is no longer used: a notification is translated when it is read, which may be months later."""

HEADER = """\
msgid ""
msgstr ""
"Language: zh_Hans\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"
"""


@dataclass(frozen=True)
class Message:
    context: str | None
    singular: str
    plural: str | None = None

    @property
    def key(self) -> tuple[str | None, str]:
        return self.context, self.singular

    def entry(self, place: str) -> str:
        """The text to append to a catalogue, with an empty translation."""
        lines = [f"#: {place}"]
        if self.context is not None:
            lines.append(f"msgctxt {normalize(self.context)}")
        lines.append(f"msgid {normalize(self.singular)}")
        lines += [f"msgid_plural {normalize(self.plural)}", 'msgstr[0] ""'] if self.plural else ['msgstr ""']
        return "\n".join(lines) + "\n"


# --- What the code says -----------------------------------------------------------------------------------


def used(package: str) -> dict[Message, str]:
    """Every message in the package's code, with the place where it stands first."""
    found: dict[Message, str] = {}
    readers = {".py": _in_python, ".html": _in_template, ".txt": _in_template, ".js": _in_javascript}
    for path in sorted((ROOT / package).rglob("*")):
        reader = readers.get(path.suffix)
        if reader is None or NOT_OURS & set(path.parts) or (path.suffix != ".py" and not _is_page_part(path)):
            continue
        for message in reader(path.read_text(encoding="utf-8")):
            found.setdefault(message, str(path.relative_to(ROOT)))
    return found


def _is_page_part(path: Path) -> bool:
    return "templates" in path.parts or "static" in path.parts


def _in_python(source: str) -> Iterator[Message]:
    tree = ast.parse(source)
    names = dict(NAMES)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation":
            names.update({a.asname: NAMES[a.name] for a in node.names if a.asname and a.name in NAMES})
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", None) or getattr(node.func, "id", None)
            if name in names:
                yield from _of_call(node, names[name])
        if _is_described(node) and (told := ast.get_docstring(node)):
            yield Message(None, told)


def _is_described(node: ast.AST) -> TypeGuard[ast.FunctionDef | ast.ClassDef]:
    """Return whether the API's document shows the node's docstring: of an operation, or of a schema."""
    match node:
        case ast.FunctionDef(decorator_list=decorators):
            keywords = {each.arg for one in decorators if isinstance(one, ast.Call) for each in one.keywords}
            return "operation_id" in keywords
        case ast.ClassDef(name=name, bases=[ast.Name(id=base)]):
            return not name.startswith("_") and SCHEMA.search(base) is not None
    return False


def _of_call(node: ast.Call, places: tuple[int | None, int, int | None]) -> Iterator[Message]:
    texts = [arg.value if isinstance(arg, ast.Constant) else None for arg in node.args]
    context, singular, plural = (
        None if at is None or at >= len(texts) or not isinstance(texts[at], str) else str(texts[at])
        for at in places
    )
    if singular:
        yield Message(context, singular, plural)


def _in_template(source: str) -> Iterator[Message]:
    """Django turns the tags into calls of gettext amid padding; those calls are Python."""
    for call in CALL.findall(templatize(source)):
        yield from _in_python(call)


def _in_javascript(source: str) -> Iterator[Message]:
    for _line, function, texts, _comments in extract_javascript(
        BytesIO(source.encode()), dict.fromkeys(FUNCTIONS), [], {}
    ):
        arguments: list[ast.expr] = [
            ast.Constant(text) for text in (texts if isinstance(texts, tuple | list) else [texts])
        ]
        name = str(function)
        yield from _of_call(ast.Call(ast.Name(name), arguments, []), FUNCTIONS[name])


# --- What the catalogues say ------------------------------------------------------------------------------


def catalogue(package: str) -> Catalog:
    path = ROOT / package / PO
    if not path.exists():
        return Catalog(locale="zh_Hans")
    with path.open("rb") as file:
        return read_po(file, locale="zh_Hans", abort_invalid=True)


def entries(package: str) -> Iterator[tuple[tuple[str | None, str], str, bool]]:
    """Key, translation and whether it is fuzzy, of every entry."""
    for message in catalogue(package):
        if message.id:
            singular = message.id if isinstance(message.id, str) else message.id[0]
            text = message.string if isinstance(message.string, str) else (message.string or ("",))[0]
            yield (message.context, singular), text or "", message.fuzzy


def compile_all() -> None:
    for package in PACKAGES:
        path = ROOT / package / PO
        if path.exists():
            with path.with_suffix(".mo").open("wb") as file:
                write_mo(file, catalogue(package))


def add_missing() -> int:
    """Append entries for what has none; the number of them."""
    known = {key for package in PACKAGES for key, _text, _fuzzy in entries(package)}
    added = 0
    for package in PACKAGES:
        path = ROOT / package / PO
        new = [message.entry(place) for message, place in used(package).items() if message.key not in known]
        if new:
            path.parent.mkdir(parents=True, exist_ok=True)
            text = path.read_text(encoding="utf-8") if path.exists() else HEADER
            path.write_text("\n".join([text.rstrip("\n") + "\n", *new]), encoding="utf-8")
            known.update(message.key for message in used(package))
            added += len(new)
            print(f"{len(new)} new in {path.relative_to(ROOT)}")
    return added


def problems() -> Iterator[str]:
    """Everything that keeps the Chinese from being complete, one line each."""
    messages = {message: place for package in PACKAGES for message, place in used(package).items()}
    translations: dict[tuple[str | None, str], dict[str, str]] = defaultdict(dict)
    for package in PACKAGES:
        for key, text, fuzzy in entries(package):
            translations[key][package] = text
            if fuzzy:
                yield f"{package}: fuzzy: {key[1]!r}"
            for word in filter(text.__contains__, AVOIDED):
                yield f"{package}: {word} is to be {AVOIDED[word]}: {text!r}"
    for message, place in messages.items():
        texts = translations.get(message.key)
        if texts is None:
            yield f"{place}: no entry: {message.singular!r}"
            continue
        wanted = set(PLACEHOLDER.findall(message.plural or message.singular))
        for package, text in texts.items():
            if not text:
                yield f"{package}: not translated: {message.singular!r}"
            elif set(PLACEHOLDER.findall(text)) != wanted:
                yield f"{package}: other placeholders: {message.singular!r} → {text!r}"
        if len(set(texts.values())) > 1:
            yield f"{' and '.join(texts)} differ: {message.singular!r} → {' / '.join(texts.values())}"
    for key in translations.keys() - {message.key for message in messages}:
        yield f"{' and '.join(translations[key])}: no longer used: {key[1]!r} ({KEPT})"
    yield from _unmarked()
    yield from _torn()


def _torn() -> Iterator[str]:
    for path in (ROOT / package / PO for package in PACKAGES):
        if path.exists() and (line := find_broken(path.read_text(encoding="utf-8"))):
            yield f"{path.relative_to(ROOT)}:{line}: not an entry, or one that was there before"


def find_broken(catalogue_text: str) -> int | None:
    """Return the line at which a catalogue is no row of entries with a key of their own any more.

    Babel reads on, as where a merge has put the end of one entry behind another.
    """
    keys: set[str] = set()
    read = 0
    for entry in ENTRY.finditer(catalogue_text):
        if entry.start() != read or entry["key"] in keys:
            break
        keys.add(entry["key"])
        read = entry.end()
    return None if read == len(catalogue_text) else catalogue_text.count("\n", 0, read) + 1


def _unmarked() -> Iterator[str]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("templates/**/*.html")):
            if path.name in FOR_DEVELOPERS:
                continue
            for line, text in unmarked_text(path.read_text(encoding="utf-8")):
                yield f"{path.relative_to(ROOT)}:{line}: text that is not marked for translation: {text!r}"


def main(verb: str) -> int:
    if verb == "compile":
        compile_all()
    elif verb == "add":
        add_missing()
    elif verb == "check":
        found = list(problems())
        sys.stdout.writelines(f"{line}\n" for line in found)
        return 1 if found else 0
    else:
        sys.exit(__doc__)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) == 2 else ""))

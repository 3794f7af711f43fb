"""Text in a template that readers see and that no translation tag covers."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from django.template.base import Lexer, TokenType

SPOKEN_ATTRIBUTES = {"title", "alt", "placeholder", "aria-label", "aria-description", "data-confirm"}
UNREAD_ELEMENTS = {"script", "style", "code", "pre", "svg", "kbd"}
WORD = re.compile(r"[\u4e00-\u9fff]+|\w*[a-z]\w*", re.IGNORECASE)


def unmarked_text(template: str) -> Iterator[tuple[int, str]]:
    """Line and text. Capitals (PDF) and whatever stands in an element with `lang` need no mark."""
    parser = _Reader()
    parser.feed(_without_tags(template))
    parser.close()
    yield from parser.found


def _without_tags(template: str) -> str:
    """The HTML alone, without tags, variables, comments, what is translated, and blocks named `…class`."""
    html, inside = [], ""
    for token in Lexer(template).tokenize():
        words = token.contents.split() if token.token_type == TokenType.BLOCK else []
        name = words[0] if words else ""
        is_class = name == "block" and words[-1].endswith("class")
        if name in {"blocktranslate", "blocktrans", "comment", "verbatim"} or is_class:
            inside = name
        if token.token_type == TokenType.TEXT and not inside:
            html.append(token.contents)
        else:
            html.append("\n" * token.contents.count("\n"))
        if inside and name == f"end{inside}":
            inside = ""
    return "".join(html)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[int, str]] = []
        self.open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        spoken_elsewhere = tag in UNREAD_ELEMENTS or (tag != "html" and any(k == "lang" for k, _ in attrs))
        self.open.append((tag, spoken_elsewhere))
        for name, value in attrs:
            if name in SPOKEN_ATTRIBUTES and value:
                self._look_at(value)

    def handle_endtag(self, tag: str) -> None:
        at = next((i for i in range(len(self.open) - 1, -1, -1) if self.open[i][0] == tag), None)
        if at is not None:
            del self.open[at:]

    def handle_data(self, data: str) -> None:
        self._look_at(data)

    def _look_at(self, text: str) -> None:
        if any(elsewhere for _, elsewhere in self.open):
            return
        if any(word != word.upper() or not word.isascii() for word in WORD.findall(text)):
            self.found.append((self.getpos()[0], " ".join(text.split())))

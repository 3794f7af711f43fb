"""What units write, as a safe part of a page: a subset of Markdown, and nothing that a page can't bear.

Two independent walls: the parser knows no HTML, and what it makes is sanitized once more. Headings begin
below those of the page, links lead to web and email addresses, and pictures are those uploaded here.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import nh3
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

from instrument_share.journal.addresses import page_address

FIRST_HEADING = 3
"""`#` is an h3: the page has its h1, and its sections have their h2."""
DEEPEST_HEADING = 6
PICTURE = re.compile(r"/units/pictures/(PIC-[0-9A-Z]{10})/(?:#([1-9]\d{0,4})x([1-9]\d{0,4}))?")
"""The address of an uploaded picture; its size may stand behind it, so that a page keeps room for it."""
LINK = re.compile(r"(?:https?:|mailto:|(?!//)[^:/?#]*(?:[/?#]|$))", re.IGNORECASE)
"""To the web, to a mailbox, or to a page of this site."""

ALLOWED: dict[str, set[str]] = {
    **{f"h{level}": set() for level in range(FIRST_HEADING, DEEPEST_HEADING + 1)},
    **{name: set() for name in ("p", "br", "hr", "em", "strong", "s", "blockquote", "pre", "code")},
    **{name: set() for name in ("ul", "li", "thead", "tbody", "tr")},
    "ol": {"start"},
    "table": {"class"},
    "th": {"class", "scope"},
    "td": {"class"},
    "div": {"class", "role", "tabindex", "aria-label"},
    "a": {"href", "title"},
    "img": {"src", "alt", "width", "height", "loading"},
}


class _Renderer(RendererHTML):
    def table_open(self, *_args: Any) -> str:
        label = escape(_("A table of the text"))
        return (
            f'<div class="table-region" role="region" tabindex="0" aria-label="{label}"><table class="table">'
        )

    def table_close(self, *_args: Any) -> str:
        return "</table></div>"

    def image(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        token = tokens[idx]
        alt = self.renderInlineAsText(token.children or [], options, env)
        found = PICTURE.fullmatch(str(token.attrs.get("src", "")))
        if found is None:
            return escape(alt)
        public_id, width, height = found.groups()
        size = f' width="{width}" height="{height}"' if width else ""
        address = page_address("publication_picture", public_id)
        return f'<img src="{address}" alt="{escape(alt)}"{size} loading="lazy">'


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "breaks": True}, renderer_cls=_Renderer)
    parser.enable(["table", "strikethrough"])
    parser.validateLink = lambda address: bool(LINK.match(address))  # type: ignore[assignment,method-assign]
    return parser


PARSER = _parser()


def to_html(text: str) -> SafeString:
    """Render Markdown as HTML that is safe in any page."""
    return _html_of(text, get_language())


@lru_cache(maxsize=256)
def _html_of(text: str, _language: str | None) -> SafeString:
    """A text is made once, not for each of its readers: a long table takes seconds. Labels in it speak the
    active language."""
    tokens = PARSER.parse(text)
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            level = int(token.tag[1:]) + FIRST_HEADING - 1
            token.tag = f"h{min(level, DEEPEST_HEADING)}"
        elif token.type in {"th_open", "td_open"}:
            to_the_right = "right" in str(token.attrs.pop("style", ""))
            token.attrs = {**({"class": "figure"} if to_the_right else {})}
            if token.type == "th_open":
                token.attrs["scope"] = "col"
    made = PARSER.renderer.render(tokens, PARSER.options, {})
    return mark_safe(_clean(made))


def _clean(made: str) -> str:
    return nh3.clean(
        made,
        tags=set(ALLOWED),
        attributes={tag: attributes for tag, attributes in ALLOWED.items() if attributes},
        attribute_filter=_kept,
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow noopener",
    )


def _kept(tag: str, attribute: str, value: str) -> str | None:
    if (tag, attribute) == ("img", "src") and PICTURE.fullmatch(value) is None:
        return None
    return value


@lru_cache(maxsize=512)
def to_plain_text(text: str) -> str:
    """Return the words alone, on one line: for excerpts, feeds, descriptions and search."""
    words: list[str] = []
    for token in PARSER.parse(text):
        if token.type == "inline":
            words.append("".join(_words(token.children or [])))
        elif token.type in {"fence", "code_block"}:
            words.append(token.content)
    return " ".join(" ".join(words).split())


def _words(tokens: Sequence[Token]) -> list[str]:
    """The words of one block; pictures say nothing here."""
    shown = {"text", "code_inline", "text_special"}
    return [
        " " if token.type in {"softbreak", "hardbreak"} else token.content
        for token in tokens
        if token.type in shown or token.type in {"softbreak", "hardbreak"}
    ]


def excerpt(text: str, length: int = 140) -> str:
    """Return the first `length` characters of the words, with an ellipsis where there are more."""
    words = to_plain_text(text)
    return words if len(words) <= length else f"{words[: length - 1].rstrip()}…"


def picture_ids(text: str) -> list[str]:
    """Return the public ids of the pictures that a text shows, in order."""
    found = (
        PICTURE.fullmatch(str(child.attrs.get("src", "")))
        for token in PARSER.parse(text)
        for child in token.children or []
        if child.type == "image"
    )
    return [match[1] for match in found if match]

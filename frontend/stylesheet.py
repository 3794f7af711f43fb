"""Cut a style sheet down to what pages use: the rules of elements and of the classes that are named."""

import re
from collections.abc import Iterator

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_LICENCE = re.compile(r"/\*!.*?\*/", re.DOTALL)
_STRING_OR_SIGN = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|[{};]', re.DOTALL)
_NOT = re.compile(r":not\([^()]*\)")
_CLASS = re.compile(r"\.(-?[A-Za-z_](?:[\w-]|\\.)*)")
_GROUPS = ("@media", "@supports", "@container", "@layer")


def cut(css: str, classes: set[str]) -> str:
    """Return the rules of `css` whose selectors need no class but these, in their order.

    Rules of elements, attributes and `:root` stay, and so do fonts and animations. Of the comments only those
    that state a licence (`/*!`) stay, below the rest.
    """
    return "".join([*_kept_blocks(_COMMENT.sub("", css), classes), *_LICENCE.findall(css)])


def classes_in(css: str) -> set[str]:
    """Return every class that a selector of `css` names."""
    return set(_CLASS.findall(" ".join(_heads(_COMMENT.sub("", css)))))


def _kept_blocks(css: str, classes: set[str]) -> Iterator[str]:
    for head, body in _blocks(css):
        if body is None:
            yield f"{head};"
        elif head.startswith(_GROUPS):
            if inside := "".join(_kept_blocks(body, classes)):
                yield f"{head}{{{inside}}}"
        elif head.startswith("@"):
            yield f"{head}{{{body}}}"
        elif selectors := [one for one in _selectors(head) if _needs_only(one, classes)]:
            yield f"{','.join(selectors)}{{{body}}}"


def _heads(css: str) -> Iterator[str]:
    for head, body in _blocks(css):
        if head.startswith(_GROUPS):
            yield from _heads(body or "")
        elif not head.startswith("@"):
            yield head


def _needs_only(selector: str, classes: set[str]) -> bool:
    return classes.issuperset(_CLASS.findall(_NOT.sub("", selector)))


def _selectors(head: str) -> Iterator[str]:
    """Split at the commas that stand in no brackets."""
    depth, start = 0, 0
    for at, sign in enumerate(f"{head},"):
        depth += (sign in "([") - (sign in ")]")
        if sign == "," and depth == 0:
            yield head[start:at].strip()
            start = at + 1


def _blocks(css: str) -> Iterator[tuple[str, str | None]]:
    """Yield what stands before the braces of each rule and within them; None for a statement without."""
    depth, start, opened = 0, 0, 0
    for found in _STRING_OR_SIGN.finditer(css):
        sign = found.group()
        depth += (sign == "{") - (sign == "}")
        if sign == "{" and depth == 1:
            opened = found.start()
        elif sign == "}" and depth == 0:
            yield css[start:opened].strip(), css[opened + 1 : found.start()]
            start = found.end()
        elif sign == ";" and depth == 0:
            yield css[start : found.start()].strip(), None
            start = found.end()

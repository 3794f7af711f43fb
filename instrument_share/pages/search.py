"""A search of the catalogue as a page shows it: what was understood, what narrows it, what is compared."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from instrument_share.pages.forms import CatalogueForm
from instrument_share.web import formats
from providers import public as providers

if TYPE_CHECKING:
    from bookings.public import CatalogueResult

MOST_COMPARED = 4


class Address:
    """The address of the page as it is asked for, and with something else in it; pages start again."""

    def __init__(self, request: HttpRequest) -> None:
        self._asked = {
            name: value for name, value in request.GET.items() if value and name not in ("cursor", "csrf")
        }

    def but(self, **changes: str) -> str:
        """The same with other values; an empty value takes the name out."""
        asked = {name: value for name, value in {**self._asked, **changes}.items() if value}
        return f"?{urlencode(asked)}"


def filter_chips(
    form: CatalogueForm, address: Address, *, exclude_fields: tuple[str, ...] = ()
) -> list[tuple[Any, str, bool]]:
    """What narrows the search, each as (words, address without it, True)."""
    return [
        (words, address.but(**dict.fromkeys(names, "")), True)
        for words, names in _in_use(form)
        if names[0] not in exclude_fields
    ]


def _in_use(form: CatalogueForm) -> Iterator[tuple[str, tuple[str, ...]]]:
    given = form.cleaned_data
    if text := given.get("q", "").strip():
        yield f"“{text}”", ("q",)
    if code := given.get("category"):
        row = providers.category_table().filter(code=code).first()
        yield formats.bilingual(row, "name") if row else code, ("category",)
    if form.wanted_time:
        yield formats.timerange(form.wanted_time), ("day", "begins", "ends")
    for name in ("district", "unit", "mode", "user_kind"):
        if value := given.get(name):
            yield str(dict(form.fields[name].choices)[value]), (name,)  # type: ignore[attr-defined]
    if (price := given.get("price")) is not None:
        yield _("at most {price} an hour").format(price=formats.yuan(price)), ("price",)
    if given.get("vouchers"):
        yield _("Accepts innovation vouchers"), ("vouchers",)


def category_chips(chosen: str, among: providers.Counts, address: Address) -> list[tuple[Any, ...]]:
    """The categories of what was found otherwise, one level at a time: the chosen one, and those below it."""
    found = []
    level = providers.category_counts(among)
    while level:
        on_the_way = [one for one in level if _is_within(chosen, one.code)]
        for one in on_the_way or level:
            is_chosen = bool(on_the_way)
            found.append(
                (
                    formats.bilingual(one, "name"),
                    address.but(category=_above(one.code) if is_chosen else one.code),
                    is_chosen,
                    one.count,
                )
            )
        level = on_the_way[0].children if on_the_way else []
    return found


def _is_within(code: str, above: str) -> bool:
    return bool(code) and code.startswith(providers.category_prefix(above))


def _above(code: str) -> str:
    if code.endswith("0000"):
        return ""
    return f"{code[:2]}0000" if code.endswith("00") else f"{code[:4]}00"


def with_counts(form: CatalogueForm, among: providers.Counts) -> None:
    """Say beside each district how many of what was found otherwise stand there."""
    counts = among.by_district()
    field: Any = form.fields["district"]
    field.choices = [
        (code, f"{name}{formats.bracketed(counts[code])}" if code else name) for code, name in field.choices
    ]


@dataclass(frozen=True)
class Comparison:
    """The instruments that were put side by side so far, by public id, and where each step leads."""

    chosen: tuple[str, ...]
    address: Address
    most: int = MOST_COMPARED

    @classmethod
    def of(cls, text: str, address: Address) -> "Comparison":
        return cls(compared(text), address)

    @property
    def is_full(self) -> bool:
        return len(self.chosen) >= self.most

    @property
    def page(self) -> str:
        return f"{reverse('compare')}?{urlencode({'ids': ','.join(self.chosen)})}"

    @property
    def without(self) -> str:
        return self.address.but(compare="")

    def toggled(self, public_id: str) -> str:
        """The address with the instrument added, or taken out again."""
        others = [one for one in self.chosen if one != public_id]
        ids = others if public_id in self.chosen else [*self.chosen, public_id]
        return self.address.but(compare=",".join(ids))


def compared(text: str) -> tuple[str, ...]:
    """The public ids of a comparison, four at most, each once."""
    return tuple(dict.fromkeys(one for one in text.split(",") if one))[:MOST_COMPARED]


def understood(found: "CatalogueResult") -> list[str]:
    """What the reader should know of how the words were taken, in sentences."""
    search = found.search
    said = [
        _("Nothing is called “{typed}”; showing results for “{meant}”.").format(typed=typed, meant=meant)
        for typed, meant in search.corrected
    ]
    said += [_("Nothing is called “{typed}”; these sound like it.").format(typed=one) for one in search.heard]
    if search.unknown:
        sentence = (
            _("Nothing has “{words}”; it was left out.") if search.clauses else _("Nothing has “{words}”.")
        )
        said.append(sentence.format(words="、".join(search.unknown)))
    if found.matches_most:
        said.append(_("No instrument has all of these words; these have most of them."))
    return said

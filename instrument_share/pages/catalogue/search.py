"""Search of the catalogue on pages: interpretation, filters, comparison."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from instrument_share.pages.catalogue.forms import CatalogueForm
from instrument_share.web.text import formats
from providers import public as providers

if TYPE_CHECKING:
    from bookings.public import CatalogueResult

MAX_COMPARED = 4


class Address:
    """The current address with changed parameters; always the first page."""

    def __init__(self, request: HttpRequest) -> None:
        self._path = request.path
        self._given = {name: value for name, value in request.GET.items() if value}
        self._asked = {name: value for name, value in self._given.items() if name not in ("cursor", "csrf")}

    @property
    def clean(self) -> str:
        """Return the address without empty parameters."""
        return f"{self._path}?{urlencode(self._given)}" if self._given else self._path

    def replace(self, **changes: str) -> str:
        """Return the address with other values; an empty value removes the parameter."""
        asked = {name: value for name, value in {**self._asked, **changes}.items() if value}
        return f"?{urlencode(asked)}"


def build_filter_chips(
    form: CatalogueForm, address: Address, *, exclude_fields: tuple[str, ...] = ()
) -> list[tuple[Any, str, bool]]:
    """Return the active filters as (label, address without it, True)."""
    return [
        (words, address.replace(**dict.fromkeys(names, "")), True)
        for words, names in _active_filters(form)
        if names[0] not in exclude_fields
    ]


def _active_filters(form: CatalogueForm) -> Iterator[tuple[str, tuple[str, ...]]]:
    given = form.cleaned_data
    if text := given.get("q", "").strip():
        yield f"“{text}”", ("q",)
    if code := given.get("category"):
        row = providers.category_table().filter(code=code).first()
        yield formats.bilingual(row, "name") if row else code, ("category",)
    if form.wanted_time:
        yield formats.timerange(form.wanted_time), ("day", "begins", "ends")
    elif form.wanted_day:
        yield formats.day(form.wanted_day), ("day",)
    for name in ("district", "unit", "mode", "user_kind"):
        if value := given.get(name):
            yield str(dict(form.fields[name].choices)[value]), (name,)  # type: ignore[attr-defined]
    if (price := given.get("price")) is not None:
        yield _("at most {price} an hour").format(price=formats.yuan(price)), ("price",)
    if given.get("vouchers"):
        yield _("Accepts innovation vouchers"), ("vouchers",)


def build_category_chips(chosen: str, counts: providers.Counts, address: Address) -> list[tuple[Any, ...]]:
    """Return the chosen category and those one level below, with counts."""
    found = []
    level = providers.category_counts(counts)
    while level:
        on_the_way = [one for one in level if _is_within(chosen, one.code)]
        for one in on_the_way or level:
            is_chosen = bool(on_the_way)
            found.append(
                (
                    formats.bilingual(one, "name"),
                    address.replace(category=_above(one.code) if is_chosen else one.code),
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


def add_counts(form: CatalogueForm, counts: providers.Counts) -> None:
    """Add to each district choice the number of instruments found there."""
    by_district = counts.by_district()
    field: Any = form.fields["district"]
    field.choices = [
        (code, f"{name}{formats.bracketed(by_district[code])}" if code else name)
        for code, name in field.choices
    ]


@dataclass(frozen=True)
class Comparison:
    """Instruments chosen for comparison, by public id, and addresses to change the choice."""

    chosen: tuple[str, ...]
    address: Address
    most: int = MAX_COMPARED

    @classmethod
    def parse(cls, text: str, address: Address) -> "Comparison":
        return cls(parse_compared_ids(text), address)

    @property
    def is_full(self) -> bool:
        """Return whether no more can be chosen."""
        return len(self.chosen) >= self.most

    @property
    def page(self) -> str:
        """Return the address of the comparison."""
        return f"{reverse('compare')}?{urlencode({'ids': ','.join(self.chosen)})}"

    @property
    def without(self) -> str:
        """Return the current address without a comparison."""
        return self.address.replace(compare="")

    def toggle_address(self, public_id: str) -> str:
        """Return the address with the instrument added, or removed if it is chosen."""
        others = [one for one in self.chosen if one != public_id]
        ids = others if public_id in self.chosen else [*self.chosen, public_id]
        return self.address.replace(compare=",".join(ids))


def parse_compared_ids(text: str) -> tuple[str, ...]:
    """Return the public ids of a comparison: at most four, without duplicates."""
    return tuple(dict.fromkeys(one for one in text.split(",") if one))[:MAX_COMPARED]


def describe_interpretation(
    result: "CatalogueResult", form: CatalogueForm, *, exclude_fields: tuple[str, ...] = ()
) -> list[str]:
    """Return sentences about how the words were interpreted, where all filters but some narrow the result."""
    search = result.search
    said = [
        _("Nothing is called “{typed}”; showing results for “{meant}”.").format(typed=typed, meant=meant)
        for typed, meant in search.corrected
    ]
    said += [_("Nothing is called “{typed}”; these sound like it.").format(typed=one) for one in search.heard]
    if search.unknown:
        sentence = (
            _("Nothing matches “{words}”; it was left out.")
            if search.clauses
            else _("Nothing matches “{words}”.")
        )
        said.append(sentence.format(words="、".join(search.unknown)))
    if result.matches_most:
        is_narrowed = any(names[0] not in ("q", *exclude_fields) for _words, names in _active_filters(form))
        said.append(
            _("No instrument that fits the filters matches all of these words; these match most of them.")
            if is_narrowed
            else _("No instrument matches all of these words; these match most of them.")
        )
    return said

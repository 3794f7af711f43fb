"""An instrument in sections, and what is asked before its state changes."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from instrument_share.kernel.pinyin import to_syllables
from instrument_share.web.forms.fields import DayField, DayInput, RevisionField, set_choices
from instrument_share.web.responses.problem import told
from instrument_share.web.text.formats import bilingual, bracketed, in_english
from providers.instruments.domain.countries import COUNTRIES, MAKERS
from providers.instruments.domain.fields import FIELDS
from providers.instruments.domain.subjects import SUBJECTS
from providers.instruments.forms.fields import (
    CategorySelect,
    SeveralSelect,
    ShownForm,
    form_field,
    mark_for_platform,
    search_words,
)
from providers.instruments.selectors.instruments import category_table

if TYPE_CHECKING:
    from providers.instruments.models import Instrument, InstrumentCategory

SECTIONS = (
    (
        _("Basic information"),
        ("name_zh", "name_en", "inner_number", "category", "model", "manufacturer", "country"),
    ),
    (
        _("Value and origin"),
        (
            "value_yuan",
            "in_service_date",
            "origin",
            "funding",
            "purpose",
            "belongs_to",
            "belongs_to_number",
        ),
    ),
    (
        _("Performance and functions"),
        ("specification_zh", "functions_zh", "services_zh", "samples_zh", "achievements_zh", "subjects"),
    ),
    (_("Access and use"), ("sharing_mode", "condition", "user_requirement_zh", "fee_text_zh")),
    (_("Location and contact"), ("place_zh", "postal_code", "contact", "phone", "email")),
    (
        _("English texts"),
        (
            "specification_en",
            "functions_en",
            "services_en",
            "samples_en",
            "achievements_en",
            "user_requirement_en",
            "fee_text_en",
            "place_en",
        ),
    ),
)


class InstrumentForm(forms.Form):
    """Every field of an instrument as text; the services report problems."""

    use_required_attribute = False

    def __init__(self, data: Any = None, *, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)
        for name, spec in FIELDS.items():
            self.fields[name] = form_field(spec, told(spec.label, {}))
            if spec.national:
                mark_for_platform(self.fields[name])
        self.fields["revision"] = RevisionField()
        held = initial or {}
        leaves = category_leaves()
        set_choices(self.fields["category"], category_choices(leaves, held.get("category", "")))
        cast(CategorySelect, self.fields["category"].widget).spoken = {
            row.code: search_words(row.name_zh, row.name_en) for row in leaves
        }
        set_choices(self.fields["country"], _country_choices(held.get("country", "")))
        set_choices(self.fields["subjects"], _subject_choices(held.get("subjects", ())))
        cast(SeveralSelect, self.fields["subjects"].widget).spoken = {
            code: search_words(*names) for code, names in SUBJECTS.items()
        }

    def values(self) -> dict[str, Any]:
        """Return the values that the services take."""
        return {name: self.cleaned_data[name] for name in FIELDS}

    @property
    def sections(self) -> list[tuple[Any, list[forms.BoundField]]]:
        return [(heading, [self[name] for name in names]) for heading, names in SECTIONS]


def instrument_initial(instrument: "Instrument", refused: Mapping[str, Any]) -> dict[str, Any]:
    """Return the initial values of the form for an instrument.

    Values that wait for review are shown in place of published ones, so that saving does not withdraw them;
    so are those that the bureau has `refused`, to be mended.
    """
    held = {name: getattr(instrument, name) for name in FIELDS}
    category = instrument.category
    return {
        **held,
        "category": category.code if category else "",
        **instrument.pending_values,
        **refused,
        "revision": instrument.revision,
    }


def category_leaves() -> "list[InstrumentCategory]":
    """Return the categories that instruments may have, with their parents, by code. One query."""
    rows = list(category_table().select_related("parent__parent").order_by("code"))
    parents = {row.parent_id for row in rows}
    return [row for row in rows if row.pk not in parents]


def category_choices(leaves: "Sequence[InstrumentCategory]", current_code: str) -> list[Any]:
    """Return the leaves grouped by their parents; `current_code` of an older table stays a choice."""
    choices: list[Any] = [("", _("Choose a category"))]
    if current_code and current_code not in {row.code for row in leaves}:
        choices.append((current_code, current_code))
    groups: dict[str, list[tuple[str, str]]] = {}
    for row in leaves:
        groups.setdefault(_above(row), []).append((row.code, _named(row)))
    return [*choices, *groups.items()]


def _above(row: "InstrumentCategory") -> str:
    """Return the path from the top, such as `010000 Analysis › 010100 Electron optics`."""
    above: list[str] = []
    parent = row.parent
    while parent is not None:
        above.insert(0, _named(parent))
        parent = parent.parent
    return " › ".join(above) or "—"


def _named(row: "InstrumentCategory") -> str:
    return f"{row.code} {bilingual(row, 'name')}"


def _subject_choices(current_codes: Sequence[str]) -> list[tuple[str, str]]:
    """Return the first-level subjects; a current code outside the standard stays a choice."""
    known = [(code, f"{code} {names[1 if in_english() else 0]}") for code, names in SUBJECTS.items()]
    return [*known, *((code, code) for code in current_codes if code not in SUBJECTS)]


def _country_choices(current_code: str) -> list[tuple[Any, Any]]:
    """Return the countries where most instruments are made, and then all others by name."""
    names = {code: names[1 if in_english() else 0] for code, names in COUNTRIES.items()}
    if current_code:
        names.setdefault(current_code, current_code)
    others = sorted(names.keys() - MAKERS.keys(), key=lambda code: to_syllables(names[code]))

    def choices(codes: Iterable[str]) -> list[tuple[str, str]]:
        return [(code, f"{names[code]}{bracketed(code)}") for code in codes]

    return [
        ("", _("Choose a country")),
        *choices(MAKERS),
        (_("Other countries and regions"), choices(others)),
    ]


class KeepersForm(ShownForm):
    """The keepers of an instrument, among members with that role in the unit."""

    keepers = forms.MultipleChoiceField(
        label=_("Keepers"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Anyone you name or remove is notified."),
    )

    def __init__(self, data: Any = None, *, people: Iterable[Any], keepers: Iterable[Any] = ()) -> None:
        choices = {str(person.pk): f"{person.name}{bracketed(person.username)}" for person in people}
        held = [key for keeper in keepers if (key := str(keeper.pk)) in choices]
        super().__init__(data, initial={"keepers": held, "shown": " ".join(held)})
        set_choices(self.fields["keepers"], list(choices.items()))


class QualificationForm(forms.Form):
    """A person's right to operate an instrument until a day."""

    person = forms.CharField(
        label=_("Person"), max_length=100, help_text=_("The full user name or email address.")
    )
    until = DayField(label=_("Valid through"), widget=DayInput())

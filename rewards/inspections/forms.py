"""Forms to announce a draw, to enter its seed, and to record an inspection."""

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

from django import forms
from django.utils.translation import gettext, gettext_lazy
from django.utils.translation import gettext_lazy as _

from instrument_share.web.forms.fields import DayField, DayInput, MultipleFileField, choices_of, set_choices
from instrument_share.web.text.formats import date_only
from rewards.inspections.domain.choices import CHECKLIST, DrawnFrom, InspectionOutcome, Seen
from rewards.inspections.services.draws import MOST_DRAWN, NamedInspector, auditors_named
from rewards.inspections.services.inspections import MOST_PHOTOS

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from instrument_share.accounts.models import User

LINE = gettext_lazy("Line {number}: {text}")
WHO = TypeVar("WHO", bound=Hashable)


class DrawForm(forms.Form):
    """What will be drawn, by which seed, and who may be drawn as inspectors."""

    over = forms.ChoiceField(label=_("Draw from"), widget=forms.RadioSelect)
    size = forms.IntegerField(label=_("How many"), min_value=1, max_value=MOST_DRAWN)
    source_zh = forms.CharField(
        label=_("Source of the seed"),
        max_length=200,
        help_text=_(
            "In Chinese. Something that nobody knows yet and everybody can look up, such as lottery numbers."
        ),
    )
    source_en = forms.CharField(label=_("The same in English"), max_length=300, required=False)
    seed_date = DayField(label=_("Day on which it is published"), widget=DayInput())
    auditors = forms.MultipleChoiceField(
        label=_("Auditors of the bureau"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("One of them leads each inspection and records it."),
    )
    experts = forms.CharField(
        label=_("Experts"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_(
            "One per line: name, organization. With a conflict of interest: name, organization, unit; unit."
        ),
    )
    conflicts = forms.CharField(
        label=_("Conflicts of interest that auditors declared"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_(
            "One per line: name or user name, unit; unit. Memberships and related units are known already."
        ),
    )

    def __init__(
        self,
        *args: Any,
        auditors: "QuerySet[User]",
        units: Mapping[str, str],
        earliest: date,
        approvable_from: date | None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        people = list(auditors)
        self.people = defaultdict[str, list["User"]](list)
        for user in people:
            for name in {user.get_full_name(), user.username}:
                self.people[name].append(user)
        self.units = units
        set_choices(self.fields["over"], choices_of(DrawnFrom))
        set_choices(self.fields["auditors"], [(user.pk, self._label(user)) for user in people])
        self.fields["seed_date"].widget.attrs["min"] = earliest.isoformat()
        self.fields["seed_date"].help_text = gettext(
            "The draw can be made from that day on, and only before the results are approved."
        )
        if approvable_from:
            self.fields["seed_date"].help_text = gettext(
                "The draw can be made from that day on, and only before the results are approved, "
                "which is possible on {first} at the earliest."
            ).format(first=date_only(approvable_from))

    def clean(self) -> dict[str, Any]:
        """Read experts and declared conflicts line by line."""
        cleaned = super().clean() or self.cleaned_data
        experts = _merge(self._experts(cleaned.get("experts", "")))
        declared = _merge(self._declared(cleaned.get("conflicts", "")))
        chosen = [int(pk) for pk in cleaned.get("auditors", [])]
        cleaned["inspectors"] = [
            *auditors_named(chosen, declared),
            *(NamedInspector(*names, barred=barred) for names, barred in experts.items()),
        ]
        return cleaned

    def _label(self, user: "User") -> str:
        """Return the name, with the user name where another auditor has the same."""
        name = user.get_full_name()
        if len(self.people[name]) == 1:
            return name
        return gettext("{name} ({user_name})").format(name=name, user_name=user.username)

    def _experts(self, text: str) -> Iterator[tuple[tuple[str, str], frozenset[str]]]:
        for number, parts in _lines(text):
            if len(parts) not in (2, 3) or not all(parts[:2]):
                self._refuse("experts", number, gettext("write name and organization, with a comma between."))
            else:
                barred = self._units("experts", number, parts[2] if len(parts) == 3 else "")
                yield (parts[0][:100], parts[1][:100]), barred

    def _declared(self, text: str) -> Iterator[tuple[int, frozenset[str]]]:
        for number, parts in _lines(text):
            if len(parts) != 2 or parts[0] not in self.people:
                self._refuse(
                    "conflicts", number, gettext("write an auditor’s name and units, with a comma between.")
                )
            elif len(found := self.people[parts[0]]) > 1:
                self._refuse(
                    "conflicts",
                    number,
                    gettext(
                        "several auditors are called “{name}”; write the user name instead: {user_names}."
                    ).format(name=parts[0], user_names=", ".join(user.username for user in found)),
                )
            else:
                yield found[0].pk, self._units("conflicts", number, parts[1])

    def _units(self, field: str, number: int, text: str) -> frozenset[str]:
        """Return the units of a list by name or USCC."""
        names = [name for part in re.split("[;；]", text) if (name := part.strip())]
        for name in names:
            if name not in self.units and name not in self.units.values():
                self._refuse(
                    field, number, gettext("“{name}” is not a unit of the frozen year.").format(name=name)
                )
        return frozenset(self.units.get(name, name) for name in names)

    def _refuse(self, field: str, number: int, text: str) -> None:
        self.add_error(field, LINE.format(number=number, text=text))


def _merge(lines: Iterable[tuple[WHO, frozenset[str]]]) -> dict[WHO, frozenset[str]]:
    """Return the units of all lines of each person."""
    merged = defaultdict[WHO, frozenset[str]](frozenset)
    for who, units in lines:
        merged[who] |= units
    return merged


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            yield number, [part.strip() for part in re.split("[,，]", line)]


class SeedForm(forms.Form):
    """The seed as it was published."""

    seed = forms.CharField(
        label=_("Seed"),
        max_length=500,
        strip=True,
        help_text=_("Exactly as the source published it: every character and space counts."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class RecordForm(forms.Form):
    """What two inspectors saw."""

    inspected_date = DayField(label=_("Day of the visit"), widget=DayInput())
    notes = forms.CharField(
        label=_("What was seen"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_(
            "The unit can read it. Required where a point is answered with no, or a finding is opened."
        ),
    )
    photos = MultipleFileField(
        label=_("Photos"),
        required=False,
        accept=".jpg,.jpeg,.png,.webp",
        help_text=_("JPEG, PNG or WebP; read by the bureau, the inspectors and the unit."),
    )
    outcome = forms.ChoiceField(label=_("Outcome"), widget=forms.RadioSelect)
    logs = forms.CharField(
        label=_("Usage logs that the finding is about"),
        required=False,
        max_length=2000,
        help_text=_(
            "Their numbers (LOG-…), separated by spaces; the entry that was drawn is included anyway."
        ),
        widget=forms.TextInput(attrs={"spellcheck": "false"}),
    )

    def __init__(self, *args: Any, drawn: date, today: date, may_open_finding: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code, text in CHECKLIST.items():
            self.fields[code] = forms.ChoiceField(
                label=gettext(text), widget=forms.RadioSelect, choices=choices_of(Seen)
            )
        self.order_fields(["inspected_date", *CHECKLIST])
        if may_open_finding:
            set_choices(self.fields["outcome"], choices_of(InspectionOutcome))
        else:
            set_choices(self.fields["outcome"], choices_of([InspectionOutcome.NO_OBJECTION]))
            self.fields["outcome"].help_text = _(
                "A finding can be opened from the freeze of the year’s data to the approval of results."
            )
            del self.fields["logs"]
        self.fields["inspected_date"].initial = today
        self.fields["inspected_date"].widget.attrs |= {"min": drawn.isoformat(), "max": today.isoformat()}

    @property
    def checklist(self) -> dict[str, Seen]:
        """Return what was seen on each point."""
        return {code: Seen(self.cleaned_data[code]) for code in CHECKLIST}

    def clean_photos(self) -> list[Any]:
        """Refuse more photos than an inspection may have."""
        photos: list[Any] = self.cleaned_data["photos"]
        if len(photos) > MOST_PHOTOS:
            raise forms.ValidationError(gettext("At most {most} photos.").format(most=MOST_PHOTOS))
        return photos

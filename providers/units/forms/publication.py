"""Forms to write publications, schedule them, and upload their pictures."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from instrument_share.web.forms.fields import (
    DayField,
    DayInput,
    FindProblems,
    InstantField,
    InstantInput,
    PreparedFileField,
    RevisionField,
    add_further_problems,
    set_choices,
)
from instrument_share.web.responses.problem import told
from instrument_share.web.text.formats import bilingual
from providers.instruments.forms.fields import (
    SeveralSelect,
    TextField,
    UploadField,
    markdown_area,
    search_words,
)
from providers.instruments.services.pictures import prepare_attachment
from providers.units.domain.publications import FIELDS, LONGEST_FILE_NAME, PublicationField, PublicationKind

PARTS = frozenset({"how", "audience", "charges"})
NEEDED = frozenset({"title_zh", "effective_date", "year"})
ITS_TEXT = frozenset({PublicationKind.NEWS, PublicationKind.CASE})
"""Kinds that are nothing without a text."""
READ_TOGETHER = {
    "external_hours": ("total_hours",),
    "expiry_date": ("effective_date",),
    "body_zh": ("file",),
}
"""What the rule of a field reads beside it."""
MADE_FROM_FILE = frozenset({"file_name"})


class PublicationForm(forms.Form):
    """A publication of one kind; `find_problems` returns what the rules say to the values entered."""

    use_required_attribute = False
    read_together = READ_TOGETHER

    def __init__(
        self,
        data: Any = None,
        files: Any = None,
        *,
        kind: PublicationKind,
        instruments: Any,
        find_problems: FindProblems,
        initial: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(data, files, initial=initial)
        self.kind, self._find_problems = kind, find_problems
        for name, field in FIELDS[kind].items():
            if name not in MADE_FROM_FILE:
                self.fields[name] = _input(kind, name, field)
        if "instruments" in self.fields:
            rows = list(instruments)
            set_choices(self.fields["instruments"], [(str(one.pk), bilingual(one, "name")) for one in rows])
            cast(SeveralSelect, self.fields["instruments"].widget).spoken = {
                str(one.pk): search_words(one.name_zh, one.name_en) for one in rows
            }
        self.fields["revision"] = RevisionField()

    def keep_year(self) -> None:
        """Fix the year to the one whose hours were summed; another is chosen by its link."""
        field = self.fields["year"]
        field.widget.attrs["readonly"] = True
        field.help_text = _("Choose another year above; the hours of that year come with it.")

    def clean(self) -> dict[str, Any]:
        """Add what the rules refuse, so that every problem stands in the first round."""
        cleaned = super().clean() or {}
        add_further_problems(self, self._find_problems(self.values_with_file()))
        return cleaned

    def values(self) -> dict[str, Any]:
        """Return the values that could be read, as the services take them, without the file."""
        names = FIELDS[self.kind].keys() - {"file"}
        values = {name: value for name, value in self.cleaned_data.items() if name in names}
        if "networkable_count" in values:
            values["networkable_count"] = values["networkable_count"] or 0
        return values

    def values_with_file(self) -> dict[str, Any]:
        """Return the values, with the file and its name where one was sent."""
        if not (file := self.cleaned_data.get("file")):
            return self.values()
        sent: Any = self.files["file"]
        return {**self.values(), "file": file, "file_name": sent.name[-LONGEST_FILE_NAME:]}


class ScheduleForm(forms.Form):
    """The instant at which a draft is published."""

    use_required_attribute = False

    at = InstantField(
        label=_("Publish at"),
        widget=InstantInput(),
        help_text=_("Within a minute of this time in the city. You can change or cancel it until then."),
    )


class PictureForm(forms.Form):
    """A picture for the unit's texts."""

    use_required_attribute = False

    picture = UploadField(
        label=_("Picture"),
        widget=forms.FileInput({"accept": "image/jpeg,image/png,image/webp"}),
        help_text=_("JPEG, PNG or WebP, 10 MB at most. Data about camera and place are removed."),
    )
    alt_zh = TextField(
        label=_("Picture description"), help_text=_("For readers who can’t see it, and for the search.")
    )
    alt_en = TextField(label=_("Picture description (English)"), widget=forms.TextInput({"lang": "en"}))


def _input(kind: PublicationKind, name: str, field: PublicationField) -> forms.Field:
    label, needed, english = told(field.label, {}), name in NEEDED, name.endswith("_en")
    match name:
        case "body_zh" | "body_en":
            help_text = "" if english else _body_help(kind)
            widget = markdown_area(8 if english else 14, english=english)
            needed = name == "body_zh" and kind in ITS_TEXT
            return TextField(label=label, required=needed, widget=widget, help_text=help_text)
        case "effective_date" | "expiry_date":
            return DayField(label=label, required=needed, widget=DayInput())
        case "file":
            return PreparedFileField(
                prepare=prepare_attachment,
                label=label,
                required=False,
                widget=forms.FileInput({"accept": "application/pdf"}),
                help_text=_("PDF, 20 MB at most."),
            )
        case "instruments":
            return forms.MultipleChoiceField(
                label=label, required=False, widget=SeveralSelect(_("Name or pinyin"))
            )
        case "year":
            return forms.IntegerField(label=label, required=True, min_value=2000, max_value=2100)
        case "networkable_count":
            return forms.IntegerField(label=label, required=False, min_value=0, max_value=100_000)
        case "total_hours" | "external_hours":
            return forms.DecimalField(
                label=label, required=False, min_value=0, max_digits=10, decimal_places=1
            )
    if name.partition("_")[0] in PARTS:
        return TextField(label=label, required=False, widget=markdown_area(4, english=english))
    attrs = {"lang": "en"} if english else {}
    return TextField(label=label, required=needed, widget=forms.TextInput(attrs))


def _body_help(kind: PublicationKind) -> Any:
    match kind:
        case PublicationKind.REGULATION:
            return _("Its text here, or the attached file, or both.")
        case PublicationKind.OPENNESS:
            return _("Anything that the parts above do not cover.")
    return ""

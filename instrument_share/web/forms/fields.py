"""Form parts that know no app: fields and widgets of days and times, closed lists, a reason."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from instrument_share.kernel.city_time import FIRST_YEAR, LAST_YEAR, is_countable
from instrument_share.kernel.errors import DomainError, Invalid, Problem
from instrument_share.kernel.interval import Interval
from instrument_share.kernel.wording import word
from instrument_share.web.forms.params import interval_problem
from instrument_share.web.responses import problem
from instrument_share.web.text.formats import join_sentences

LONGEST_REASON = 500
MAX_REVISION = 2**31 - 1
"""So large a number fits into its column."""


def add_problems(form: forms.BaseForm, error: DomainError) -> None:
    """Put each problem beside the field that it names, the others on top; without any, the error itself.

    A form whose field has another name than the input of the service says so in its `named_otherwise`.
    """
    names = getattr(form, "named_otherwise", {})
    problems = problem.problems_of(error)
    if not problems:
        problems = [problem.Told(error.code, problem.told(error.message, error.params))]
    for one in problems:
        name = names.get(one.field, one.field)
        form.add_error(name if name in form.fields else None, one.detail)


def add_further_problems(form: forms.BaseForm, problems: Iterable[Problem]) -> None:
    """Put what the rules refuse beside the fields that have no problem yet; called by a form's own `clean`.

    So every problem stands there in the first round. A field that has a problem already gets no second one,
    nor does one whose rule reads another field that has: the form names those in `read_together`.
    """
    names, read = getattr(form, "named_otherwise", {}), getattr(form, "read_together", {})
    further = [
        one
        for one in problems
        if form.errors.keys().isdisjoint({names.get(one.field, one.field), *read.get(one.field, ())})
    ]
    if further:
        add_problems(form, Invalid(problems=further))


FindProblems = Callable[[Mapping[str, Any]], Iterable[Problem]]
"""What the rules say to the values of a form; those that could not be read are left out."""


NO_LONGER_A_CHOICE = _("What was chosen here is no longer available. Choose again.")


def set_choices(field: forms.Field, choices: Iterable[Any]) -> None:
    """Set the choices of a choice field whose type checkers know only as a field.

    They depend on what stands at the moment, so that one may be gone since the form was read. Django would
    name it by its code.
    """
    cast(forms.ChoiceField, field).choices = list(choices)
    field.error_messages["invalid_choice"] = NO_LONGER_A_CHOICE


def choices_of(members: Iterable[StrEnum]) -> list[tuple[str, str]]:
    """Return members of a closed list as (code, words in the reader's language); English has a capital."""
    return [(member.value, capfirst(gettext(word(member)))) for member in members]


class MultipleFileInput(forms.ClearableFileInput):
    """A file input for several files."""

    allow_multiple_selected = True


class MultipleFileField(forms.FileField):
    """Any number of files; the service checks their content. `accept` is what the browser offers."""

    def __init__(self, *, accept: str, **kwargs: Any) -> None:
        super().__init__(widget=MultipleFileInput(attrs={"accept": accept}), **kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        given = [one for one in data or [] if one]
        if not given:
            super().clean(None, initial)
        return [super(MultipleFileField, self).clean(one, initial) for one in given]


class PreparedFileField(forms.FileField):
    """A file that `prepare` makes fit to be kept; what it refuses is a problem of the field."""

    def __init__(self, *, prepare: Callable[[Any], Any], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.prepare = prepare

    def clean(self, data: Any, initial: Any = None) -> Any:
        upload = super().clean(data, initial)
        try:
            return self.prepare(upload) if data else upload
        except DomainError as error:
            raise ValidationError([one.detail for one in problem.problems_of(error)]) from error


class RevisionField(forms.IntegerField):
    """The revision that an edit starts from, which the page holds."""

    def __init__(self) -> None:
        super().__init__(required=False, min_value=0, max_value=MAX_REVISION, widget=forms.HiddenInput())


class VersionField(forms.CharField):
    """The version that an edit of something without revisions starts from, which the page holds."""

    def __init__(self) -> None:
        super().__init__(required=False, empty_value=None, widget=forms.HiddenInput())


class DayInput(forms.DateInput):
    """The browser's own field for a day."""

    def __init__(self) -> None:
        super().__init__(attrs={"type": "date"}, format="%Y-%m-%d")


class TimeInput(forms.TimeInput):
    """The browser's own field for a time of day."""

    def __init__(self) -> None:
        super().__init__(attrs={"type": "time"}, format="%H:%M")


class InstantInput(forms.DateTimeInput):
    """The browser's own field for a day and a time; Asia/Shanghai."""

    def __init__(self) -> None:
        super().__init__(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


def validate_countable(value: date) -> None:
    """Refuse a day from which cannot be counted; see `kernel.city_time`."""
    if not is_countable(value):
        raise ValidationError(
            _("Choose a year from %(first)s to %(last)s."),
            code="far_off",
            params={"first": FIRST_YEAR, "last": LAST_YEAR},
        )


class DayField(forms.DateField):
    """A day that is not too far off."""

    default_validators = [validate_countable]


class InstantField(forms.DateTimeField):
    """A day and a time, Asia/Shanghai, that are not too far off."""

    default_validators = [validate_countable]


class BaseIntervalForm(forms.Form):
    """Check that `ends_at` lies after `starts_at`, and not too long after; subclasses have both fields."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        starts_at, ends_at = cleaned.get("starts_at"), cleaned.get("ends_at")
        if starts_at and ends_at and (found := interval_problem(starts_at, ends_at)):
            self.add_error("ends_at", problem.told(found.message, found.params))
        return cleaned


class IntervalForm(BaseIntervalForm):
    """From when to when."""

    starts_at = InstantField(label=_("Starts at"), widget=InstantInput)
    ends_at = InstantField(label=_("Ends at"), widget=InstantInput)

    @property
    def interval(self) -> Interval:
        return Interval(self.cleaned_data["starts_at"], self.cleaned_data["ends_at"])


class SeenForm(forms.Form):
    """The version of something that a page shows, and on which whoever sends the page has decided."""

    seen = forms.CharField(widget=forms.HiddenInput)


class ReasonForm(forms.Form):
    """A reason that those concerned read; browsers take no more than the help text says."""

    reason = forms.CharField(label=_("Reason"), max_length=LONGEST_REASON, widget=forms.Textarea({"rows": 3}))

    def __init__(self, *args: Any, required: bool = True, help_text: Any = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = required
        limit = gettext("At most {most} characters.").format(most=LONGEST_REASON)
        self.fields["reason"].help_text = join_sentences(filter(None, (str(help_text), limit)))


class RefusalForm(ReasonForm, SeenForm):
    """The reason for refusing something, and the version of it that the page shows.

    A page that is shown again has the present version once the service has refused another, and says so; for
    want of a reason it keeps the one that was sent, so that nothing is decided on unread.
    """

    def __init__(self, sent: Mapping[str, Any] | None, *, seen: str, help_text: Any = "") -> None:
        data = {"reason": sent.get("reason", ""), "seen": sent.get("seen") or seen} if sent else None
        super().__init__(data, initial={"seen": seen}, help_text=help_text)

    def clean(self) -> None:
        super().clean()
        if not self.errors:
            self.data = {**self.data, "seen": self.initial["seen"]}

"""The forms of the first-run page, one for each part of a plan."""

import csv
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from instrument_share.accounts import selectors as accounts
from instrument_share.accounts import services
from instrument_share.accounts.domain import OrganizationKind, Role
from instrument_share.accounts.domain.registration import Registration
from instrument_share.accounts.forms import USER_NAMES
from instrument_share.kernel.errors import Invalid, Problem
from instrument_share.kernel.uscc import normalize
from instrument_share.mails.selectors import is_mail_delivered
from instrument_share.web.forms.fields import add_further_problems
from instrument_share.web.responses.problem import problems_told
from providers.domain import CategoryRow, Day, parse_days, problems_of_year, read_category_rows

LARGEST_FILE = 2_000_000
CODE_DIGITS = 6
LONGEST_DISTRICT, LONGEST_ENGLISH = 50, 100
SEPARATORS = str.maketrans("，\t", ",,")


class CodeForm(forms.Form):
    """The one-time code."""

    code = forms.CharField(
        label=gettext_lazy("One-time code"),
        max_length=40,
        widget=forms.TextInput(
            {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )


class DistrictsForm(forms.Form):
    """The districts of the city, one in each line."""

    districts = forms.CharField(
        label=gettext_lazy("Districts"),
        max_length=20_000,
        help_text=gettext_lazy(
            "One per line: code of the administrative division (GB/T 2260), Chinese name, English name, "
            "separated by commas."
        ),
        widget=forms.Textarea({"rows": 5, "placeholder": "990101,示例区,Example District"}),
    )

    def clean_districts(self) -> list[dict[str, str]]:
        """Return the districts as a plan has them. Raises ValidationError with the problems of all lines."""
        rows: list[dict[str, str]] = []
        problems: list[str] = []
        for number, line in enumerate(self.cleaned_data["districts"].splitlines(), 1):
            if not line.strip():
                continue
            cells = [cell.strip() for cell in line.translate(SEPARATORS).split(",")]
            problem = _district_problem(cells, {row["code"] for row in rows})
            if problem:
                problems.append(_("Line {number}: {problem}").format(number=number, problem=problem))
            else:
                rows.append(dict(zip(("code", "name_zh", "name_en"), cells, strict=True)))
        if problems:
            raise forms.ValidationError(problems)
        return rows


def _district_problem(cells: list[str], codes: set[str]) -> str:
    if len(cells) != 3 or not all(cells):
        return _("Enter code, Chinese name and English name, separated by commas.")
    code, name_zh, name_en = cells
    if len(code) != CODE_DIGITS or not (code.isascii() and code.isdigit()):
        return _("“{code}” is not a code of six digits.").format(code=code)
    if code in codes:
        return _("The code {code} occurs twice.").format(code=code)
    if len(name_zh) > LONGEST_DISTRICT or len(name_en) > LONGEST_ENGLISH:
        return _("The name is too long.")
    return ""


class InstitutionForm(forms.Form):
    """An authority of the city."""

    uscc = forms.CharField(label=gettext_lazy("Unified social credit code"), max_length=30)
    name_zh = forms.CharField(label=gettext_lazy("Chinese name"), max_length=100)
    name_en = forms.CharField(label=gettext_lazy("English name"), max_length=100)
    contact = forms.CharField(label=gettext_lazy("Contact person or office"), max_length=100)
    phone = forms.CharField(label=gettext_lazy("Phone"), max_length=50)

    def __init__(self, *args: Any, kind: OrganizationKind, heading: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind, self.heading = kind, heading

    def clean_uscc(self) -> str:
        return normalize(self.cleaned_data["uscc"])

    def clean(self) -> dict[str, Any]:
        """Add what the rules of a registration refuse."""
        cleaned = super().clean() or {}
        facts = Registration(
            uscc=cleaned.get("uscc", ""),
            name_zh=cleaned.get("name_zh", ""),
            kind=self.kind,
            phone=cleaned.get("phone", ""),
        )
        add_further_problems(self, services.find_registration_problems(facts, is_authority_allowed=True))
        return cleaned

    def as_plan(self) -> dict[str, Any]:
        return {**self.cleaned_data, "kind": self.kind.value}


class PersonForm(forms.Form):
    """A first person: without a password a link to choose one is mailed to them."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    username = forms.CharField(label=gettext_lazy("User name"), max_length=150, validators=USER_NAMES)
    email = forms.EmailField(label=gettext_lazy("Email"), max_length=254)
    password = forms.CharField(
        label=gettext_lazy("Password"),
        required=False,
        max_length=128,
        strip=False,
        help_text=gettext_lazy("Leave it empty to mail a link to choose one."),
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )
    repeated = forms.CharField(
        label=gettext_lazy("Password (again)"),
        required=False,
        max_length=128,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, role: Role, heading: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.role, self.heading = role, heading

    def clean_username(self) -> str:
        """Refuse the name of somebody who signed up before: they would become an officer."""
        username: str = self.cleaned_data["username"]
        if accounts.is_name_taken(username):
            raise forms.ValidationError(_("Somebody has this user name already. Choose another one."))
        return username

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        if accounts.is_address_taken(email):
            raise forms.ValidationError(_("Another account has this address already."))
        return email

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        password = cleaned.get("password", "")
        if password != cleaned.get("repeated", ""):
            self.add_error("repeated", _("The two passwords differ."))
        elif password:
            self._check_password(password, cleaned)
        elif not is_mail_delivered():
            self.add_error(
                "password", _("This site sends no mail yet (EMAIL_URL). Choose a password for this person.")
            )
        return cleaned

    def _check_password(self, password: str, cleaned: dict[str, Any]) -> None:
        person = get_user_model()(**{key: cleaned.get(key, "") for key in ("username", "name", "email")})
        try:
            validate_password(password, person)
        except forms.ValidationError as error:
            self.add_error("password", error)

    def as_plan(self, institution: str) -> dict[str, Any]:
        facts = {key: self.cleaned_data[key] for key in ("name", "username", "email")}
        return {**facts, "institution": institution, "roles": [self.role.value]}


class TablesForm(forms.Form):
    """Tables that can also be entered later."""

    heading = gettext_lazy("Tables")
    categories = forms.FileField(
        label=gettext_lazy("National category table"),
        required=False,
        help_text=gettext_lazy("CSV with the columns parent, code and name, and name_en where there is one."),
        widget=forms.FileInput({"accept": ".csv"}),
    )
    version = forms.CharField(
        label=gettext_lazy("Version of the category table"),
        required=False,
        max_length=40,
        help_text=gettext_lazy("For example: 2024"),
    )
    holidays = forms.FileField(
        label=gettext_lazy("Public holidays"),
        required=False,
        help_text=gettext_lazy(
            "CSV with three columns: date, 休 (holiday) or 班 (make-up workday), name. Only for years "
            "that are not known here yet."
        ),
        widget=forms.FileInput({"accept": ".csv"}),
    )
    source = forms.CharField(
        label=gettext_lazy("Notice that the holidays come from"), required=False, max_length=200
    )

    def clean_categories(self) -> list[CategoryRow]:
        lines = _lines(self.cleaned_data["categories"])
        try:
            return read_category_rows(lines) if lines else []
        except Invalid as error:
            raise forms.ValidationError(_texts(error.problems)) from error
        except csv.Error as error:
            raise forms.ValidationError(_("The file is not a CSV file.")) from error

    def clean_holidays(self) -> dict[int, list[Day]]:
        try:
            days, problems = parse_days(csv.reader(_lines(self.cleaned_data["holidays"])))
        except csv.Error as error:
            raise forms.ValidationError(_("The file is not a CSV file.")) from error
        if problems:
            raise forms.ValidationError(_texts(problems))
        years: dict[int, list[Day]] = defaultdict(list)
        for day in days:
            years[day.date.year].append(day)
        return years

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("categories") and not cleaned.get("version"):
            self.add_error("version", _("Name the version of the table."))
        problems = [
            problem
            for year, days in (cleaned.get("holidays") or {}).items()
            for problem in problems_of_year(year, days, cleaned.get("source", ""))
        ]
        for one, text in zip(problems, _texts(problems), strict=True):
            self.add_error("source" if one.field == "source" else "holidays", text)
        return cleaned

    def as_plan(self) -> dict[str, Any]:
        """Return the parts of a plan; the rows of the category table go beside it."""
        cleaned = self.cleaned_data
        holidays = [
            {
                "year": year,
                "source": cleaned["source"],
                "days": [{"date": day.date, "kind": day.kind, "name": day.name or "—"} for day in days],
            }
            for year, days in cleaned["holidays"].items()
        ]
        table = {"version": cleaned["version"], "file": "uploaded"} if cleaned["categories"] else None
        return {"categories": table, "holidays": holidays}


def _lines(upload: Any) -> list[str]:
    """Return the lines of an uploaded text, none without a file. Raises ValidationError."""
    if upload is None:
        return []
    if upload.size > LARGEST_FILE:
        raise forms.ValidationError(_("The file is too large: 2 MB at most."))
    try:
        return upload.read().decode("utf-8-sig").splitlines(keepends=True)
    except UnicodeDecodeError as error:
        raise forms.ValidationError(_("The file is not text in UTF-8. Save it as CSV UTF-8.")) from error


def _texts(problems: Sequence[Problem]) -> list[str]:
    return [one.detail for one in problems_told(problems)]

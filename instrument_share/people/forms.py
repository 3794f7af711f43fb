"""Forms of people and organizations; the services check the rules."""

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from instrument_share.accounts import selectors as accounts
from instrument_share.accounts import services
from instrument_share.accounts.domain import OrganizationKind, Role, SizeClass
from instrument_share.accounts.domain.registration import AUTHORITIES, Registration
from instrument_share.accounts.domain.roles import possible_roles
from instrument_share.journal.domain import MailDelivery, NotificationKind, get_deliveries
from instrument_share.kernel.errors import Problem
from instrument_share.kernel.uscc import normalize
from instrument_share.kernel.wording import word
from instrument_share.web.forms.documents import DocumentsField
from instrument_share.web.forms.fields import (
    MultipleFileField,
    ReasonForm,
    SeenForm,
    VersionField,
    add_further_problems,
    choices_of,
    set_choices,
)
from instrument_share.web.lists.filters import MAX_TEXT, FilterForm
from instrument_share.web.text.formats import bilingual
from instrument_share.web.text.labels import KINDS, ROLES, SIZES

if TYPE_CHECKING:
    from django.http import HttpRequest

    from instrument_share.accounts.models import Organization, User

OUTSIDE = "outside"
UNKNOWN_KIND = OrganizationKind.SERVICE_BODY
"""Stands for the kind while none is chosen, so that the other facts are checked all the same."""
ACCEPTED_TYPES = ".pdf,.jpg,.jpeg,.png"


class OrganizationForm(forms.Form):
    """An organization's registration or its correction."""

    uscc = forms.CharField(
        label=_("Unified social credit code"),
        max_length=40,
        help_text=_("18 characters, as on the licence or certificate"),
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )
    name_zh = forms.CharField(label=_("Chinese name"), max_length=100)
    name_en = forms.CharField(
        label=_("English name"), max_length=200, required=False, widget=forms.TextInput({"lang": "en"})
    )
    kind = forms.ChoiceField(label=_("Kind of organization"))
    size_class = forms.ChoiceField(
        label=_("Size of the enterprise"),
        help_text=_("Required of enterprises, by the national classification of enterprises"),
    )
    district = forms.ChoiceField(label=_("District"))
    parent_uscc = forms.CharField(
        label=_("Code of the superior organization"),
        max_length=40,
        required=False,
        help_text=_("Use between a superior and its subordinates, or among them, earns no reward."),
    )
    owns_instruments = forms.BooleanField(
        label=_("It owns instruments and wants to open them to others"), required=False
    )
    contact = forms.CharField(label=_("Contact person"), max_length=100)
    phone = forms.CharField(
        label=_("Phone"), max_length=50, widget=forms.TextInput({"type": "tel", "autocomplete": "tel"})
    )
    documents = DocumentsField(
        accept=ACCEPTED_TYPES,
        label=_("Documents"),
        help_text=_(
            "The licence or certificate, as PDF, JPEG or PNG of at most 10 MB each. Only your administrators "
            "and the bureau can read it."
        ),
    )

    def __init__(
        self,
        *args: Any,
        has_documents: bool = False,
        organization: "Organization | None" = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.organization = organization
        self.taken_code = ""
        self.fields["documents"].required = not has_documents
        kinds = [(code, word) for code, word in KINDS.items() if OrganizationKind(code) not in AUTHORITIES]
        set_choices(self.fields["kind"], [("", "—"), *kinds])
        set_choices(self.fields["size_class"], SIZES.items())
        places = [(row.code, bilingual(row, "name")) for row in accounts.districts()]
        set_choices(self.fields["district"], [("", "—"), *places, (OUTSIDE, _("Outside the city"))])

    def clean(self) -> dict[str, Any]:
        """Add what the rules refuse, so that every problem stands in the first round."""
        cleaned = super().clean() or {}
        add_further_problems(self, self._find_problems())
        return cleaned

    def _find_problems(self) -> list[Problem]:
        facts = self.as_registration().normalized()
        problems = services.find_registration_problems(facts, self.organization)
        if any(one.code == services.USCC_TAKEN for one in problems):
            self.taken_code = facts.uscc
        return problems

    def as_registration(self) -> Registration:
        """Return the facts for `organization_register` and `organization_correct`."""
        return Registration(**{"uscc": "", "name_zh": "", **self.facts})

    @property
    def facts(self) -> dict[str, Any]:
        """Return the entered fields of a `Registration`."""
        entered = self.cleaned_data
        districts = {row.code: row for row in accounts.districts()}
        names = {field.name for field in fields(Registration)} & entered.keys()
        return {
            **{name: entered[name] for name in names},
            "kind": OrganizationKind(entered.get("kind") or UNKNOWN_KIND),
            "size_class": SizeClass(entered.get("size_class") or SizeClass.NONE),
            "district": districts.get(entered.get("district", "")),
            "in_region": entered.get("district") != OUTSIDE,
        }


def get_initial(organization: "Organization") -> dict[str, Any]:
    """Return the form's initial values for this organization."""
    registration = accounts.registration_of(organization)
    place = registration.district.code if registration.district else ""
    return {
        **{field.name: getattr(registration, field.name) for field in fields(registration)},
        "district": place if registration.in_region else OUTSIDE,
    }


def get_revision_initial(organization: "Organization") -> dict[str, Any]:
    """Return the initial values of a revision, with the version that it starts from."""
    return {**get_initial(organization), "seen": organization.version_of(services.REVISED_COLUMNS)}


REVISION_EFFECTS = {
    "kind": _(
        "Bookings made from now on have the prices for this kind. A waiting application for a voucher that "
        "is not meant for this kind can’t be granted any more."
    ),
    "size_class": _(
        "Required of enterprises, by the national classification of enterprises. A waiting application for a "
        "voucher that is not meant for this size can’t be granted any more."
    ),
    "district": _(
        "The bureau that answers for the district decides on the organization from now on. Its use from "
        "outside the city earns owners of instruments no reward where the policy says so."
    ),
    "parent_uscc": _(
        "Use between a superior and its subordinates, or among them, earns no reward from now on. Who "
        "manages the former superior, or the new one, is told."
    ),
    "owns_instruments": _(
        "If it comes to own instruments, its administrators become managers of the unit, too, and are told. "
        "It goes on owning them until all are retired."
    ),
}
"""Whom a revision hits besides the organization's administrators, by field."""


class RevisionForm(OrganizationForm):
    """Facts of an admitted organization that the bureau changes; the code and contact data stay."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        help_text=_("Its administrators can read it."),
        widget=forms.Textarea({"rows": 3}),
    )
    seen = VersionField()

    def __init__(self, *args: Any, organization: "Organization", **kwargs: Any) -> None:
        super().__init__(
            *args,
            has_documents=True,
            organization=organization,
            initial=get_revision_initial(organization),
            **kwargs,
        )
        self.revised = organization
        for name in ("uscc", "name_en", "contact", "phone", "documents"):
            del self.fields[name]
        for name, effects in REVISION_EFFECTS.items():
            self.fields[name].help_text = effects

    def as_registration(self) -> Registration:
        """Return the facts for `organization_revise`."""
        return replace(accounts.registration_of(self.revised), **self.facts)

    def _find_problems(self) -> list[Problem]:
        return []  # the service checks a revision


class ContactForm(forms.Form):
    """Data that an admitted organization changes itself."""

    name_en = forms.CharField(
        label=_("English name"), max_length=200, required=False, widget=forms.TextInput({"lang": "en"})
    )
    contact = forms.CharField(label=_("Contact person"), max_length=100)
    phone = forms.CharField(label=_("Phone"), max_length=50, widget=forms.TextInput({"type": "tel"}))
    seen = VersionField()


def get_contact_initial(organization: "Organization") -> dict[str, Any]:
    """Return the initial values of contact data, with the version that a change starts from."""
    values = {name: getattr(organization, name) for name in services.CONTACT_COLUMNS}
    return {**values, "seen": organization.version_of(services.CONTACT_COLUMNS)}


class DocumentsForm(forms.Form):
    """Documents to add."""

    documents = MultipleFileField(
        accept=ACCEPTED_TYPES,
        label=_("Add documents"),
        help_text=_("PDF, JPEG or PNG of at most 10 MB each"),
    )


class RelationForm(forms.Form):
    """The other organization, by its code."""

    other_uscc = forms.CharField(label=_("Code of the other organization"), max_length=40)

    def clean_other_uscc(self) -> "Organization":
        """Return the organization with this code."""
        found = accounts.organization_by_uscc(normalize(self.cleaned_data["other_uscc"]))
        if found is None:
            raise forms.ValidationError(_("No organization with this code is registered here. Check it."))
        return found


class RequestForm(forms.Form):
    """A note with a request to join."""

    note = forms.CharField(
        label=_("Message to the administrator"),
        max_length=200,
        required=False,
        help_text=_("For example: group of Prof. Li, materials"),
    )


def get_role_choices(roles: Iterable[Role]) -> list[tuple[str, Any]]:
    """Return roles with their labels, in the common order."""
    chosen = set(roles)
    return [(role.value, word) for role, word in ROLES.items() if role in chosen]


class RoleForm(forms.Form):
    """A choice among roles."""

    role = forms.ChoiceField(label=_("Role"))

    def __init__(self, *args: Any, roles: Iterable[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_choices(self.fields["role"], get_role_choices(roles))


class InvitationForm(RoleForm):
    """An invitation by mail to a role."""

    email = forms.EmailField(label=_("Email"), widget=forms.EmailInput({"autocomplete": "off"}))
    field_order = ["email", "role"]


class EndForm(ReasonForm):
    """The reason for ending a role, and what happens to upcoming bookings."""

    bookings = forms.ChoiceField(
        label=_("Bookings ahead that the organization pays"),
        choices=[
            ("cancel", _("Cancel them without charge and tell the keepers")),
            ("keep", _("Keep them; the organization still pays")),
        ],
        widget=forms.RadioSelect,
        initial="cancel",
    )


class SuccessorForm(forms.Form):
    """The colleague who takes over a role."""

    successor = forms.ChoiceField(label=_("To whom"))

    def __init__(self, *args: Any, people: "Iterable[User]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_choices(
            self.fields["successor"],
            [(str(one.pk), f"{one.get_full_name()} · {one.email}") for one in people],
        )


class LeaveForm(SeenForm):
    """What the page says that leaving cancels and costs.

    Where it is something else by now, the page is shown again with that, and asks once more.
    """

    def __init__(self, sent: Mapping[str, Any] | None, *, seen: str) -> None:
        self._is_told = sent is not None and sent.get("seen") == seen
        super().__init__(None if sent is None else {"seen": seen}, initial={"seen": seen})

    def clean(self) -> None:
        """Refuse what was read before the bookings or their costs changed."""
        if not self._is_told:
            raise forms.ValidationError(
                gettext(
                    "What leaving cancels, or what that costs, has changed since this page was opened. Read "
                    "it, and confirm again to leave all the same."
                )
            )


class SettingsForm(forms.Form):
    """A person's name, phone and language."""

    name = forms.CharField(label=_("Name"), max_length=100, widget=forms.TextInput({"autocomplete": "name"}))
    phone = forms.CharField(
        label=_("Phone"),
        max_length=20,
        required=False,
        widget=forms.TextInput({"type": "tel", "autocomplete": "tel"}),
    )
    language = forms.ChoiceField(
        label=_("Language"), choices=settings.LANGUAGES, help_text=_("For the pages and the mails you get")
    )


class MailChoicesForm(forms.Form):
    """When notifications of each kind are mailed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in NotificationKind:
            self.fields[kind.value] = forms.ChoiceField(
                label=gettext(word(kind)), choices=choices_of(get_deliveries(kind)), widget=forms.RadioSelect
            )

    def to_choices(self) -> dict[NotificationKind, MailDelivery]:
        """Return what was chosen."""
        return {kind: MailDelivery(self.cleaned_data[kind.value]) for kind in NotificationKind}


class OrganizationFilterForm(FilterForm):
    """Filters of the list of organizations; the state stands beside them as chips."""

    q = forms.CharField(label=_("Name or unified social credit code"), max_length=MAX_TEXT)
    kind = forms.ChoiceField(label=_("Kind"))

    def offer_choices(self) -> None:
        self.offer("kind", KINDS.items())


class MemberFilterForm(FilterForm):
    """Filters of the list of members."""

    q = forms.CharField(label=_("Name or email address"), max_length=MAX_TEXT)
    role = forms.ChoiceField(label=_("Role"))

    def __init__(self, request: "HttpRequest", found: "Organization") -> None:
        kind = OrganizationKind(found.kind)
        self._roles = possible_roles(kind=kind, owns_instruments=found.owns_instruments)
        super().__init__(request)

    def offer_choices(self) -> None:
        self.offer("role", ((one.value, words) for one, words in ROLES.items() if one in self._roles))


class FormerMemberFilterForm(MemberFilterForm):
    """Filters of the list of former members, whose present addresses are their own matter."""

    q = forms.CharField(label=_("Name"), max_length=MAX_TEXT)

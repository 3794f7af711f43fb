"""Labels, tones and icons of declared facts."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from instrument_share.web.text.labels import Label
from rewards.declarations.domain.facts import FactKind

STATES: dict[str, Label] = {
    "fact.declared": Label(_("Waits for the bureau"), "waiting", "clock"),
    "fact.confirmed": Label(pgettext_lazy("fact", "Confirmed"), "good", "check"),
    "fact.returned": Label(pgettext_lazy("fact", "Returned"), "bad", "back"),
}

KINDS: dict[str, str | Promise] = {
    FactKind.QUALIFICATION: _("Condition of a policy"),
    FactKind.GRADE: _("Grade of another assessment"),
    FactKind.MAJOR_PROJECTS: _("Major projects served"),
    FactKind.NONFISCAL_VALUE: _("Value paid from non-fiscal funds"),
    FactKind.REWARDED_BEFORE: _("One-off reward received before"),
}

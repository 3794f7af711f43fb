"""Labels, tones and icons of declared facts."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from instrument_share.web.text.labels import Label

STATES: dict[str, Label] = {
    "fact.declared": Label(_("Waits for the bureau"), "waiting", "clock"),
    "fact.confirmed": Label(pgettext_lazy("fact", "Confirmed"), "good", "check"),
    "fact.returned": Label(pgettext_lazy("fact", "Returned"), "bad", "back"),
    "fact.withdrawn": Label(pgettext_lazy("fact", "Withdrawn"), "quiet", "back"),
}

"""Labels, tones and icons of applications and claims, and the words of moves."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from instrument_share.web.text.labels import Label

STATES: dict[str, Label] = {
    "voucher_application.submitted": Label(pgettext_lazy("voucher", "To be decided"), "waiting", "clock"),
    "voucher_application.granted": Label(pgettext_lazy("voucher", "Granted"), "good", "check"),
    "voucher_application.refused": Label(pgettext_lazy("voucher", "Refused"), "bad", "cross"),
    "voucher_claim.submitted": Label(pgettext_lazy("voucher", "To be checked"), "waiting", "clock"),
    "voucher_claim.checked": Label(pgettext_lazy("voucher", "To be audited"), "waiting", "clock"),
    "voucher_claim.audited": Label(pgettext_lazy("voucher", "Approved"), "active", "check"),
    "voucher_claim.listed": Label(pgettext_lazy("voucher", "With Finance"), "active", "clock"),
    "voucher_claim.paid": Label(pgettext_lazy("voucher", "Paid"), "good", "check"),
    "voucher_claim.refused": Label(pgettext_lazy("voucher", "Refused"), "bad", "cross"),
}

MOVES: dict[str, str | Promise] = {
    "voucher_claim.check": pgettext_lazy("voucher", "check"),
    "voucher_claim.audit": _("audit"),
    "voucher_claim.refuse": pgettext_lazy("voucher", "refuse"),
}

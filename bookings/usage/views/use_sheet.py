"""How the page of imports shows the sheet of hours."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.usage.domain.use_sheet import USES
from bookings.usage.services.use_sheet import AT_ONCE, plan_uses
from instrument_share.journal.addresses import page_address
from providers.public import Outcome, SheetImport

USE_SHEET = SheetImport(
    kind=USES,
    planner=plan_uses,
    permission="bookings.log_by_sheet",
    at_once=AT_ONCE,
    outcomes={
        Outcome.NEW: (gettext_lazy("A new use"), "good", "plus"),
        Outcome.UNCHANGED: (gettext_lazy("Recorded already"), "quiet", "check"),
        Outcome.REFUSED: (gettext_lazy("Can't be imported"), "bad", "cross"),
    },
    next_page=lambda: (page_address("desk"), _("Desk")),
)

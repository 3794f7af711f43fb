"""What providers do by the clock."""

import logging
from datetime import datetime, timedelta

from instrument_share.jobs.registry import RecurringJob
from instrument_share.kernel.errors import gettext_noop
from instrument_share.web.responses.made_files import renew
from providers.exchange.services.national_checks import national_checks_clean
from providers.exchange.services.uploads import sheets_forget_old
from providers.exchange.views.open_data import OPEN_DATA_FILES
from providers.instruments.services.people import qualification_ends_tell
from providers.search.services.index import search_refresh
from providers.terms.services.windows import windows_extend_due
from providers.units.services.kept_completeness import completeness_keep
from providers.units.services.notices import completeness_notices_send
from providers.units.services.publications import publications_publish_due

logger = logging.getLogger(__name__)

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def _extend_windows(now: datetime) -> int:
    """Return the windows that were added; years without holiday data are for the administrator to enter."""
    extended = windows_extend_due(now=now)
    if extended.unknown_years:
        logger.warning("No public holidays are known for %s.", extended.unknown_years)
    return extended.windows


RECURRING = (
    RecurringJob(
        "providers.publications", gettext_noop("Scheduled publications"), MINUTE, publications_publish_due
    ),
    RecurringJob("providers.completeness", gettext_noop("Completeness of units"), MINUTE, completeness_keep),
    RecurringJob("providers.windows", gettext_noop("Open windows up to the horizon"), HOUR, _extend_windows),
    RecurringJob(
        "providers.completeness_notices",
        gettext_noop("Notices of information that expires"),
        10 * MINUTE,
        lambda now: completeness_notices_send(now=now),
    ),
    RecurringJob(
        "providers.qualification_ends",
        gettext_noop("Notices of qualifications that end"),
        10 * MINUTE,
        lambda now: qualification_ends_tell(now=now),
    ),
    RecurringJob(
        "providers.search", gettext_noop("Update of the search index"), MINUTE, lambda _now: search_refresh()
    ),
    RecurringJob(
        "providers.old_sheets",
        gettext_noop("Removal of old uploads"),
        HOUR,
        lambda now: sheets_forget_old(now=now),
    ),
    RecurringJob(
        "providers.cut_off_checks",
        gettext_noop("Removal of files of national checks that were cut off"),
        HOUR,
        lambda _now: national_checks_clean(),
    ),
    RecurringJob(
        "providers.open_data",
        gettext_noop("Files of open data"),
        10 * MINUTE,
        lambda now: renew(OPEN_DATA_FILES, now),
        after_others=True,  # so that what the others publish is in them
    ),
)

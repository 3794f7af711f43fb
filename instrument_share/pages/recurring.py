"""What the composed pages do by the clock."""

from datetime import timedelta

from instrument_share.jobs.registry import RecurringJob
from instrument_share.kernel.errors import gettext_noop
from instrument_share.pages.sitemaps import SITEMAP_FILES
from instrument_share.web.responses.made_files import renew

RECURRING = (
    RecurringJob(
        "pages.sitemap",
        gettext_noop("Map of the site for search engines"),
        timedelta(hours=1),
        lambda now: renew(SITEMAP_FILES, now),
        after_others=True,  # so that what the others publish is in it
    ),
)

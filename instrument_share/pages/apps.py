from django.apps import AppConfig


class PagesConfig(AppConfig):
    """Pages that read from several apps."""

    name = "instrument_share.pages"

    def ready(self) -> None:
        from instrument_share.jobs.registry import register_recurring
        from instrument_share.journal.addresses import register_pages
        from instrument_share.pages.national import tasks  # noqa: F401 (registers the job)
        from instrument_share.pages.navigation import NAVIGATION
        from instrument_share.pages.recurring import RECURRING
        from instrument_share.web.desks import register_navigation

        register_navigation(NAVIGATION)
        register_recurring(*RECURRING)
        register_pages(
            "bureau",
            "catalogue",
            "desk",
            "help",
            "keeper",
            "instrument",
            "keeper",
            "me",
            "my_organization",
            "my_samples",
            "my_statements",
            "my_usage",
            "my_credit",
            "my_waiting",
            "national",
            "openness",
            "privacy",
            "publication",
            "unit",
            "unit_desk",
            "units",
        )

from datetime import timedelta

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Pages of people and organizations."""

    name = "instrument_share.people"

    def ready(self) -> None:
        from instrument_share.accounts import services
        from instrument_share.jobs.registry import RecurringJob, register_recurring
        from instrument_share.journal.addresses import register_pages
        from instrument_share.kernel.errors import gettext_noop

        register_pages(
            *(
                "inbox",
                "mail_choices",
                "members",
                "my_calendars",
                "my_organizations",
                "organization",
                "own_data",
            ),
            *("privacy_agreement", "settings", "tokens"),
        )
        register_recurring(
            RecurringJob(
                "people.kept_documents",
                gettext_noop("Removal of documents of forms that were refused"),
                timedelta(hours=1),
                lambda now: services.kept_documents_forget_old(now=now),
            )
        )

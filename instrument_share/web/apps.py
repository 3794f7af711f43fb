from django.apps import AppConfig


class WebConfig(AppConfig):
    """Register what the site does by the clock, record second factors, and log logins."""

    name = "instrument_share.web"

    def ready(self) -> None:
        from instrument_share.jobs.registry import register_recurring
        from instrument_share.web.login.second_factor import connect_journal
        from instrument_share.web.recurring import RECURRING
        from instrument_share.web.safeguards import connect_log

        connect_journal()
        connect_log()
        register_recurring(*RECURRING)

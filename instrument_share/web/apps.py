from django.apps import AppConfig


class WebConfig(AppConfig):
    """Register what the site does by the clock, and record second factors and logins."""

    name = "instrument_share.web"

    def ready(self) -> None:
        from instrument_share.jobs.registry import register_recurring
        from instrument_share.web.login.second_factor import connect_journal
        from instrument_share.web.login.sessions import connect_sessions
        from instrument_share.web.recurring import RECURRING

        connect_journal()
        connect_sessions()
        register_recurring(*RECURRING)

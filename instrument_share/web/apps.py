from django.apps import AppConfig


class WebConfig(AppConfig):
    """Register what the site does by the clock."""

    name = "instrument_share.web"

    def ready(self) -> None:
        from instrument_share.jobs.registry import register_recurring
        from instrument_share.web.recurring import RECURRING

        register_recurring(*RECURRING)

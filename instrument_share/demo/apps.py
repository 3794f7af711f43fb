from django.apps import AppConfig


class DemoConfig(AppConfig):
    """The demo city."""

    name = "instrument_share.demo"

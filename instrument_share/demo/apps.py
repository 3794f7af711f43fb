from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "instrument_share.demo"

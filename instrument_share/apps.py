from django.apps import AppConfig


class InstrumentShareConfig(AppConfig):
    name = "instrument_share"

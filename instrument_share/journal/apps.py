from django.apps import AppConfig


class JournalConfig(AppConfig):
    name = "instrument_share.journal"

from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "instrument_share.pages"

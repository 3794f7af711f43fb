from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "instrument_share.web"

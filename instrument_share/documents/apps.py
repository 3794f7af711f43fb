from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "instrument_share.documents"

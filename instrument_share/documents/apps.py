from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    """The kit for PDF papers and spreadsheets."""

    name = "instrument_share.documents"

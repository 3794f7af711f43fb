"""The set-up of a new site."""

from django.apps import AppConfig


class BootstrapConfig(AppConfig):
    name = "instrument_share.bootstrap"

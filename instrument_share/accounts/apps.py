from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "instrument_share.accounts"

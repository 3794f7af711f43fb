from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "instrument_share.accounts"

    def ready(self) -> None:
        from instrument_share.accounts import permissions  # noqa: F401 (registers the permissions)

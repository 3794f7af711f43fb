from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "instrument_share.accounts"

    def ready(self) -> None:
        from django.core.checks import register

        from instrument_share.accounts import permissions  # noqa: F401 (registers the permissions)
        from instrument_share.accounts.checks import check_second_factor_roles

        register(check_second_factor_roles)

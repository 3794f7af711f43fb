from django.apps import AppConfig


class ProvidersConfig(AppConfig):
    name = "providers"

    def ready(self) -> None:
        from providers.instruments import permissions  # noqa: F401 (registers the permissions)

from django.apps import AppConfig

from instrument_share.kernel.wording import register_words
from providers.instruments.domain.wording import WORDS


class ProvidersConfig(AppConfig):
    name = "providers"

    def ready(self) -> None:
        from providers.instruments import permissions  # noqa: F401 (registers the permissions)

        register_words(WORDS)

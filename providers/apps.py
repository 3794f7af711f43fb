from django.apps import AppConfig

from instrument_share.kernel.wording import register_words
from providers.instruments.domain import wording as instrument_wording
from providers.terms.domain import wording as term_wording
from providers.units.domain import wording as unit_wording


class ProvidersConfig(AppConfig):
    name = "providers"

    def ready(self) -> None:
        from providers.instruments import permissions  # noqa: F401 (registers the permissions)

        for wording in (instrument_wording, term_wording, unit_wording):
            register_words(wording.WORDS)

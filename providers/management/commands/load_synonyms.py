from typing import Any

from django.core.management.base import BaseCommand

from instrument_share.web import clock
from providers.search.services.synonyms import synonyms_load


class Command(BaseCommand):
    help = "Add the product's own synonyms of common instruments, those without a word that is known."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{synonyms_load(actor=None, now=clock.now())} groups added.")

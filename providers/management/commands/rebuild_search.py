from typing import Any

from django.core.management.base import BaseCommand

from providers.search.services.index import search_rebuild


class Command(BaseCommand):
    help = "Make the index of the catalogue's search and its prices anew."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{search_rebuild()} instruments.")

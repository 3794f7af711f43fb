from typing import Any

from django.core.management.base import BaseCommand

from providers import services


class Command(BaseCommand):
    help = "Make the index of the catalogue's search and its prices anew."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{services.search_rebuild()} instruments.")

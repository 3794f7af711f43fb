from typing import Any

from django.core.management.base import BaseCommand

from providers.search.services.index import search_rebuild


class Command(BaseCommand):
    help = (
        "Make the index of the catalogue's search and its prices anew, some instruments at a time. "
        "Nobody waits for the whole; it may be stopped and begun again."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        done = search_rebuild(lambda done: self.stdout.write(f"{done} …"))
        self.stdout.write(f"{done} instruments.")

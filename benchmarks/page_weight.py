"""What comes over the wire for a page of the demo city, against the most that it may be."""

from io import StringIO

from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from benchmarks.harness import Verdict, make_database
from providers.instruments.models import Instrument
from tests.reader import HOME_COLD_BYTES, HOME_WARM_BYTES, Reader

CATALOGUE_BYTES = 250_000
INSTRUMENT_BYTES = 250_000


def main() -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    make_database()
    call_command("demo", stdout=StringIO())
    call_command("collectstatic", interactive=False, verbosity=0)
    verdict = Verdict()
    home, catalogue = reverse("home"), reverse("catalogue")
    instrument = reverse("instrument", args=[Instrument.objects.order_by("pk")[0].public_id])
    reader = Reader(Client())
    verdict.weigh("home, first visit", reader.open(home), HOME_COLD_BYTES)
    verdict.weigh("home, coming back the same day", reader.open(home), HOME_WARM_BYTES)
    verdict.weigh("home, first visit, without Brotli", Reader(Client(), "gzip").open(home), HOME_COLD_BYTES)
    verdict.weigh("catalogue, first visit", Reader(Client()).open(catalogue), CATALOGUE_BYTES)
    verdict.weigh("an instrument, first visit", Reader(Client()).open(instrument), INSTRUMENT_BYTES)
    verdict.exit()


if __name__ == "__main__":
    main()

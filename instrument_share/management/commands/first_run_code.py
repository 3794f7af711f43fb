from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.urls import reverse

from instrument_share.bootstrap.services import first_run_code_issue
from instrument_share.web import clock


class Command(BaseCommand):
    help = (
        "Print the address and a one-time code with which a new site is set up in a browser; a newer code "
        "takes the place of the one before. Says nothing once the site has an administrator."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        code = first_run_code_issue(clock.now())
        if code is not None:
            self.stdout.write("This site has no administrator yet. Set it up in a browser, within 24 hours:")
            self.stdout.write(f"  {settings.SITE_URL.rstrip('/')}{reverse('first_run')}")
            self.stdout.write(f"  one-time code: {code}")

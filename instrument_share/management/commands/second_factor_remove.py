"""manage.py second_factor_remove: the way back of an administrator whom no two others can help."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from instrument_share.accounts import services
from instrument_share.kernel.errors import DomainError
from instrument_share.web import clock
from instrument_share.web.responses.problem import told


class Command(BaseCommand):
    help = "Take all second factors off an account and end its sessions and tokens; recorded with the reason."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("reason")

    def handle(self, *args: Any, **options: Any) -> None:
        given = {"username": options["username"], "reason": options["reason"]}
        try:
            user = services.second_factors_remove_on_server(**given, now=clock.now())
        except DomainError as error:
            raise CommandError(told(error.message, error.params)) from error
        self.stdout.write(f"{user.name} logs in with the password now, and sets a second factor up again.")

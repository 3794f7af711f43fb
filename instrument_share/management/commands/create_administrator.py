import os
from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from instrument_share.accounts import selectors, services
from instrument_share.accounts.domain import OrganizationKind, Role
from instrument_share.accounts.domain.registration import Registration
from instrument_share.kernel.errors import DomainError
from instrument_share.web import clock


class Command(BaseCommand):
    help = (
        "Create the first administrator of a new site, in the organization that runs it. Asks for the "
        "password unless ADMINISTRATOR_PASSWORD holds it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("email")
        parser.add_argument("--name", required=True, help="the person's")
        parser.add_argument("--organization", required=True, help="Chinese name of who runs the site")
        parser.add_argument("--organization-en", default="", help="its English name")
        parser.add_argument("--uscc", required=True, help="its unified social credit code")
        parser.add_argument("--contact", default="", help="whom people ask whose account is locked")
        parser.add_argument("--phone", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        if selectors.people_with_role(Role.SYSADMIN).exists():
            raise CommandError(
                "The site has an administrator, who gives the role to others on the page of members."
            )
        try:
            password = _read_password()
            validate_password(password)
            with transaction.atomic():
                self._create(password, options)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        except DomainError as error:
            raise CommandError(" ".join([str(error), *(str(one) for one in error.problems)])) from error
        self.stdout.write(f"{options['username']} can log in now.")

    def _create(self, password: str, options: dict[str, Any]) -> None:
        now = clock.now()
        organization = services.organization_register(
            actor=None,
            registration=Registration(
                uscc=options["uscc"],
                name_zh=options["organization"],
                name_en=options["organization_en"],
                kind=OrganizationKind.GOVERNMENT,
                contact=options["contact"],
                phone=options["phone"],
            ),
            now=now,
        )
        services.institution_establish(organization=organization, now=now)
        user = services.user_create(
            actor=None,
            username=options["username"],
            name=options["name"],
            email=options["email"],
            password=password,
            now=now,
        )
        services.membership_grant(
            actor=None, user=user, organization=organization, role=Role.SYSADMIN, now=now
        )


def _read_password() -> str:
    given = os.environ.get("ADMINISTRATOR_PASSWORD")
    if given:
        return given
    password = getpass("Password: ")
    if password != getpass("Password (again): "):
        raise CommandError("The two differ.")
    return password

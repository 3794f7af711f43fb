from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from allauth.account import app_settings
from allauth.account.adapter import get_adapter
from allauth.account.utils import user_pk_to_url_str
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from instrument_share.bootstrap.install import install
from instrument_share.bootstrap.plan import PlanProblem, read_categories, read_plan
from instrument_share.kernel.errors import DomainError
from instrument_share.web import clock
from instrument_share.web.responses.problem import problems_told, told

if TYPE_CHECKING:
    from instrument_share.accounts.models import User


class Command(BaseCommand):
    help = (
        "Enter what a new site needs: districts, authorities and their first people, categories, synonyms, "
        "public holidays (docs/bootstrap.example.toml). What is there already stays as it is."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        path = options["file"]
        try:
            plan = read_plan(path)
            waiting = install(plan, read_rows=partial(read_categories, plan, path.parent), now=clock.now())
        except PlanProblem as error:
            raise CommandError(_list(error.problems)) from error
        except ValidationError as error:
            raise CommandError(_list(error.messages)) from error
        except DomainError as error:
            details = [one.detail for one in problems_told(error.problems)]
            raise CommandError(_list([told(error.message, error.params), *details])) from error
        self.stdout.write("The site has what the file describes.")
        for person in waiting:
            self.stdout.write(
                f"{person.name} ({person.username}) chooses a password here, within three days:"
            )
            self.stdout.write(f"  {_build_link(person)}")


def _list(problems: Iterable[str]) -> str:
    return "\n".join(["Nothing was entered.", *(f"- {one}" for one in problems)])


def _build_link(person: "User") -> str:
    """Return the link of a forgotten password, without a mail: a new site may have no mail yet."""
    token = app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(person)
    return get_adapter().get_reset_password_from_key_url(f"{user_pk_to_url_str(person)}-{token}")

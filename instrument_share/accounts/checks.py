"""What `manage.py check` says of settings that concern who may get in."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error

from instrument_share.accounts.domain import Role


def check_second_factor_roles(**_given: Any) -> list[CheckMessage]:
    """Refuse names that are no role: a role that is misspelt would get in with a password alone."""
    unknown = sorted(set(settings.SECOND_FACTOR_ROLES) - {role.value for role in Role})
    if not unknown:
        return []
    hint = f"Roles are {', '.join(role.value for role in Role)}."
    return [Error(f"SECOND_FACTOR_ROLES names {', '.join(unknown)}.", hint=hint, id="accounts.E001")]

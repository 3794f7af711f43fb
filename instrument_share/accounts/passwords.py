"""Passwords that name this site are refused: they are the first that somebody tries here."""

import re
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

WORDS = (
    "instruments",
    "instrument",
    "sharing",
    "share",
    "platform",
    "booking",
    "yiqi",
    "gongxiang",
    "pingtai",
    "admin",
    "仪器",
    "共享",
    "平台",
    "预约",
)
"""Words of the platform; those of the city are in the settings."""
FEWEST_OTHERS = 4
"""So many letters a password has to have besides these words, digits and signs."""


class SiteWordsValidator:
    """Refuse a password that is made of the words of this site, with digits and signs around them."""

    def validate(self, password: str, user: "AbstractBaseUser | None" = None) -> None:
        """Raise ValidationError for such a password, whoever the user is."""
        del user
        rest = password.casefold()
        for word in sorted((*WORDS, *_words_of_city()), key=len, reverse=True):
            rest = rest.replace(word, "")
        if rest != password.casefold() and len(re.findall(r"[^\W\d_]", rest)) < FEWEST_OTHERS:
            raise ValidationError(self.get_help_text(), code="password_of_site_words")

    def get_help_text(self) -> str:
        """Return the rule as a sentence for the form."""
        return _("Your password can’t consist only of words such as the names of this platform and its city.")


def _words_of_city() -> list[str]:
    names = (*settings.CITY.values(), settings.CITY["zh"].removesuffix("市"))
    return [name.casefold() for name in names if len(name) > 1]

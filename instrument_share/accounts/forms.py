"""Login and sign-up in this site's words."""

import re
from typing import Any

from allauth.account import forms as allauth_forms
from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

USER_NAMES = [
    RegexValidator(
        r"^(?!USR-)[\w.+-]+\Z",
        _("Use letters, digits and . + - _ only, and don't begin with USR-."),
        flags=re.IGNORECASE,
    )
]
"""What a user name may be: nothing that could be taken for somebody's mail address or public id."""


class _WithoutPlaceholders(forms.Form):
    """A form of allauth whose labels alone name the fields."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


class LoginForm(_WithoutPlaceholders, allauth_forms.LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("User name or email address")
        self.fields["login"].widget.attrs["autocomplete"] = "username"


class SignupForm(_WithoutPlaceholders, allauth_forms.SignupForm):
    """allauth's, and the name by which colleagues and keepers know the person."""

    name = forms.CharField(label=_("Name"), max_length=100)
    field_order = ["name", "username", "email", "password1", "password2"]


class AddressForm(_WithoutPlaceholders, allauth_forms.AddEmailForm):
    """The address that is to take the present one's place."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("New mail address")

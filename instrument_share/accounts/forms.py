"""Login and sign-up in this site's words."""

import re
from typing import Any

from allauth.account import forms as allauth_forms
from allauth.account.adapter import get_adapter
from django import forms
from django.core.validators import RegexValidator
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from instrument_share.accounts.domain.privacy import NOTICE_VERSION
from instrument_share.accounts.selectors import administrators_organization, locked_account
from instrument_share.journal.addresses import page_address
from instrument_share.kernel.names import plain_line

USER_NAMES = [
    RegexValidator(
        r"^(?!USR-)[\w.+-]+\Z",
        _("Use letters, digits and . + - _ only, and don't begin with USR-."),
        flags=re.IGNORECASE,
    )
]
"""What a user name may be: nothing that could be taken for somebody's email address or public id."""


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
        self.fields["remember"].label = _("Remember me")


class ReauthenticateForm(_WithoutPlaceholders, allauth_forms.ReauthenticateForm):
    """The password again, before what concerns the security of the account."""


class NewPasswordForm(_WithoutPlaceholders, allauth_forms.ResetPasswordKeyForm):
    """A new password, after the link in a mail."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _name_new_password(self)


class ChangePasswordForm(_WithoutPlaceholders, allauth_forms.ChangePasswordForm):
    """A new password, after the present one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].label = _("Current password")
        _name_new_password(self)


def _name_new_password(form: forms.Form) -> None:
    form.fields["password1"].label = _("New password")
    form.fields["password2"].label = _("New password again")


class ResetPasswordForm(_WithoutPlaceholders, allauth_forms.ResetPasswordForm):
    """allauth's; whose account is locked is told so by the mail, and not that there is none."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("Email")

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        address: str = self.cleaned_data["email"]
        locked = None if self.users else locked_account(address)
        if locked is None:
            return super().save(request, **kwargs)
        context = {"locked": locked, "ask": administrators_organization()}
        with override(locked.language):
            get_adapter().send_mail("account/email/account_locked", address, context)
        return address


class SignupForm(_WithoutPlaceholders, allauth_forms.SignupForm):
    """allauth's, the name by which colleagues and keepers know the person, and their consent."""

    name = forms.CharField(label=_("Name"), max_length=100)
    privacy = forms.BooleanField(
        label=_("I have read the privacy notice and agree to it"),
        error_messages={"required": _("Read the privacy notice and agree to it.")},
    )
    field_order = ["name", "username", "email", "password1", "password2", "privacy"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("User name")
        notice = _("Privacy notice, version {version} (in a new window)")
        self.fields["privacy"].help_text = format_html(
            '<a href="{}" target="_blank">{}</a>',
            page_address("privacy"),
            notice.format(version=NOTICE_VERSION),
        )

    def clean_name(self) -> str:
        """Return the name without what nobody sees. Raises ValidationError where nothing is left."""
        name = plain_line(self.cleaned_data["name"])
        if not name:
            raise forms.ValidationError(_("Enter your name."))
        return name


class AddressForm(_WithoutPlaceholders, allauth_forms.AddEmailForm):
    """The address that is to take the present one's place."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("New email address")

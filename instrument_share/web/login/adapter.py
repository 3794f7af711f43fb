"""How allauth behaves here."""

from typing import TYPE_CHECKING, Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import default_token_generator
from allauth.account.internal.flows.password_reset import request_password_reset
from allauth.account.models import EmailAddress
from allauth.core import context
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, override

from instrument_share.accounts import selectors, services
from instrument_share.accounts.domain.privacy import NOTICE_VERSION
from instrument_share.accounts.language import keep_language
from instrument_share.journal.mails import compose_mail, greet
from instrument_share.web import clock
from instrument_share.web.login.agreement import ask_for_agreement

if TYPE_CHECKING:
    from instrument_share.accounts.models import User

CONFIRMATION_SENT = "account/messages/email_confirmation_sent.txt"


class AccountAdapter(DefaultAccountAdapter):
    """Extend django-allauth with the person's name and with entries in the journal."""

    def save_user(self, request: HttpRequest, user: "User", form: Any, commit: bool = True) -> "User":
        super().save_user(request, user, form, commit=False)
        user.name = form.cleaned_data["name"]
        user.language = get_language() or settings.LANGUAGE_CODE
        if commit:
            agreed = NOTICE_VERSION if form.cleaned_data["privacy"] else ""
            services.user_sign_up(user=user, agrees_to_privacy=agreed, now=clock.now())
        return user

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        with transaction.atomic():
            is_confirmed = super().confirm_email(request, email_address)
            if is_confirmed:
                services.user_address_confirmed(user=email_address.user, now=clock.now())
        return is_confirmed

    def render_mail(
        self, template_prefix: str, email: str, context: dict[str, Any], headers: dict[str, str] | None = None
    ) -> EmailMessage:
        """From the platform, like its other mails; without the name, which a stranger may have chosen."""
        made = super().render_mail(template_prefix, email, context, headers)
        return compose_mail(email, made.subject, [greet(), str(made.body).strip()], headers=headers or {})

    def get_email_confirmation_url(self, _request: HttpRequest, emailconfirmation: Any) -> str:
        """At the site's own address, whatever the request says that it is called."""
        return settings.SITE_URL + reverse("account_confirm_email", args=[emailconfirmation.key])

    def get_reset_password_from_key_url(self, key: str) -> str:
        uid, _, token = key.partition("-")
        return settings.SITE_URL + reverse("account_reset_password_from_key", args=[uid, token])

    def set_password(self, user: "User", password: str) -> None:
        with transaction.atomic():
            super().set_password(user, password)
            own = context.request.session if context.request.user == user else None
            key = own.session_key if own else ""
            services.user_password_changed(user=user, session_key=key, now=clock.now())

    def add_message(
        self, request: HttpRequest, level: int, message_template: Any = None, *args: Any, **kwargs: Any
    ) -> None:
        """Leave out what would tell a visitor whether an address is new; the page says that a mail comes."""
        if message_template == CONFIRMATION_SENT and not request.user.is_authenticated:
            return
        super().add_message(request, level, message_template, *args, **kwargs)

    def is_safe_url(self, url: str | None) -> bool:
        """Lead on within the site that was asked alone; allauth's own check fails on `https://[::1`."""
        return url_has_allowed_host_and_scheme(url, allowed_hosts={context.request.get_host()})

    def respond_user_inactive(self, request: HttpRequest, user: "User") -> HttpResponse:
        """Say why the account is locked and whom to ask; only who knows the password gets here."""
        context = {"locked": user, "ask": selectors.administrators_organization()}
        return render(request, "account/account_inactive.html", context, status=403)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Lead who holds a role that needs a second factor to where it is set up, until there is one."""
        if selectors.roles_without_effect(request.user):
            return reverse("mfa_index")
        return super().get_login_redirect_url(request)

    def post_login(self, request: HttpRequest, user: "User", **how: Any) -> HttpResponse:
        """A browser that has not been told a language yet gets the account's, the greeting included.

        Who has not agreed to the present privacy notice is led to it before anything else.
        """
        ask_for_agreement(request, user)
        if settings.LANGUAGE_COOKIE_NAME in request.COOKIES or how["signup"]:
            return super().post_login(request, user, **how)
        with override(user.language):
            answer = super().post_login(request, user, **how)
        keep_language(answer, user.language)
        return answer


def send_password_reset(request: HttpRequest, user: "User") -> None:
    """Mail a person, in their language, the link to choose a new password."""
    with override(user.language):
        request_password_reset(request, user.email, [user], default_token_generator)

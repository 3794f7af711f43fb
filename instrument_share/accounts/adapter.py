"""How allauth behaves here."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language

from instrument_share.accounts import services
from instrument_share.accounts.language import keep_language
from instrument_share.accounts.models import User


class AccountAdapter(DefaultAccountAdapter):
    """django-allauth's ordinary behaviour, with the person's name, and with an entry in the journal."""

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        super().save_user(request, user, form, commit=False)
        user.name = form.cleaned_data["name"]
        user.language = get_language() or settings.LANGUAGE_CODE
        if commit:
            services.user_sign_up(user=user, now=user.date_joined)
        return user

    def post_login(self, request: HttpRequest, user: User, **how: Any) -> HttpResponse:
        """A browser that has not been told a language yet gets the account's."""
        answer = super().post_login(request, user, **how)
        if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES and not how["signup"]:
            keep_language(answer, user.language)
        return answer

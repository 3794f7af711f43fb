"""How allauth behaves here."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from instrument_share.accounts import services
from instrument_share.accounts.models import User


class AccountAdapter(DefaultAccountAdapter):
    """django-allauth's ordinary behaviour, with the person's name, and with an entry in the journal."""

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        super().save_user(request, user, form, commit=False)
        user.name = form.cleaned_data["name"]
        if commit:
            services.user_sign_up(user=user, now=user.date_joined)
        return user

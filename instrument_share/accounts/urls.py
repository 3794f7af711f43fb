"""Login, sign-up, passwords, second factors: django-allauth's addresses in our design."""

from django.urls import include, path

urlpatterns = [
    path("", include("allauth.account.urls")),
    path("2fa/", include("allauth.mfa.urls")),
]

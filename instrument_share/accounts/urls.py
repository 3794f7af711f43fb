"""Login, sign-up, passwords: django-allauth's addresses in our design."""

from django.urls import include, path

urlpatterns = [path("", include("allauth.account.urls"))]

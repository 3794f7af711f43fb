"""Addresses of the pages that bring several apps together."""

from django.conf import settings
from django.urls import path

from instrument_share.pages import views

urlpatterns = [
    path("", views.home, name="home"),
    path("desk/", views.desk, name="desk"),
]
if settings.DEBUG:
    from instrument_share.pages import styleguide

    urlpatterns.append(path("styleguide/", styleguide.styleguide, name="styleguide"))
    urlpatterns.append(path("styleguide/times.json", styleguide.times, name="styleguide_times"))

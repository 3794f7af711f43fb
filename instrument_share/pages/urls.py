"""Addresses of the pages that bring several apps together."""

from django.conf import settings
from django.urls import path

from instrument_share.pages.views import booking, catalogue, home, units

urlpatterns = [
    path("", home.home, name="home"),
    path("desk/", home.desk, name="desk"),
    path("instruments/", catalogue.catalogue, name="catalogue"),
    path("instruments/<str:public_id>/", catalogue.instrument, name="instrument"),
    path("instruments/<str:public_id>/picture/", catalogue.picture, name="instrument_picture"),
    path("instruments/<str:public_id>/availability/", catalogue.availability, name="instrument_availability"),
    path("instruments/<str:public_id>/book/", booking.book, name="book"),
    path("instruments/<str:public_id>/quote/", booking.quote, name="quote"),
    path("units/", units.units, name="units"),
    path("units/<str:public_id>/", units.unit, name="unit"),
    path("units/<str:public_id>/picture/", units.picture, name="unit_picture"),
    path("openness/", home.openness, name="openness"),
    path("timeline/", catalogue.timeline, name="timeline"),
    path("timeline/events/", catalogue.timeline_events, name="timeline_events"),
]
if settings.DEBUG:
    from instrument_share.pages import styleguide

    urlpatterns += [
        path("styleguide/", styleguide.styleguide, name="styleguide"),
        path("styleguide/times.json", styleguide.times, name="styleguide_times"),
        path("styleguide/confirm/", styleguide.confirm, name="styleguide_confirm"),
    ]

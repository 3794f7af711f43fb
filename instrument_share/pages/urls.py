"""Addresses of the pages that bring several apps together."""

from django.conf import settings
from django.urls import path

from instrument_share.pages.views import (
    booking,
    bureau,
    catalogue,
    closures,
    home,
    inbox,
    instrument,
    keeper,
    me,
    unit_desk,
    units,
)

urlpatterns = [
    path("", home.home, name="home"),
    path("desk/", home.desk, name="desk"),
    path("instruments/", catalogue.catalogue, name="catalogue"),
    path("instruments/<str:public_id>/", instrument.instrument, name="instrument"),
    path("instruments/<str:public_id>/picture/", instrument.picture, name="instrument_picture"),
    path(
        "instruments/<str:public_id>/availability/", instrument.availability, name="instrument_availability"
    ),
    path("instruments/<str:public_id>/book/", booking.book, name="book"),
    path("instruments/<str:public_id>/quote/", booking.quote, name="quote"),
    path("units/", units.units, name="units"),
    path("units/<str:public_id>/", units.unit, name="unit"),
    path("units/<str:public_id>/picture/", units.picture, name="unit_picture"),
    path("openness/", home.openness, name="openness"),
    path("timeline/", catalogue.timeline, name="timeline"),
    path("timeline/events/", catalogue.timeline_events, name="timeline_events"),
    path("me/", me.me, name="me"),
    path("me/usage/", me.my_usage, name="my_usage"),
    path("me/organization/<str:public_id>/", me.my_organization, name="my_organization"),
    path("me/notifications/", inbox.inbox, name="inbox"),
    path("me/notifications/read/", inbox.notifications_read, name="notifications_read"),
    path("me/notifications/<str:public_id>/", inbox.notification_open, name="notification_open"),
    path("me/tokens/", inbox.tokens, name="tokens"),
    path("me/tokens/<str:public_id>/revoke/", inbox.token_revoke, name="token_revoke"),
    path("keeper/", keeper.keeper, name="keeper"),
    path("keeper/events/", keeper.keeper_events, name="keeper_events"),
    path("keeper/log/", keeper.usage_by_hand, name="usage_by_hand"),
    path("keeper/closures/", closures.closures, name="closures"),
    path("keeper/closure/", closures.closure_new, name="closure_new"),
    path("keeper/closures/<str:public_id>/lift/", closures.closure_lift, name="closure_lift"),
    path("unit/", unit_desk.unit_desk, name="unit_desk"),
    path("bureau/", bureau.bureau, name="bureau"),
    path("bureau/organizations/<str:public_id>/admit/", bureau.admit, name="organization_admit"),
]
if settings.DEBUG:
    from instrument_share.pages import styleguide

    urlpatterns += [
        path("styleguide/", styleguide.styleguide, name="styleguide"),
        path("styleguide/times.json", styleguide.times, name="styleguide_times"),
        path("styleguide/confirm/", styleguide.confirm, name="styleguide_confirm"),
    ]

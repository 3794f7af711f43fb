"""The addresses of this room; `instrument_share.urls` mounts each list under its prefix."""

from django.urls import path

from providers.units.views import (
    files,
    profile,
    publication_acts,
    publication_pictures,
    publications,
    reviews,
)
from providers.units.views.own_instruments import instruments
from providers.units.views.statements import statement_new
from providers.units.views.supervision import completeness, remind, unit_supervision

publications_urls = [
    path("<str:kind>/<str:public_id>/edit/", publications.edit, name="publication_edit"),
    path("<str:kind>/<str:public_id>/withdraw/", publication_acts.withdraw, name="publication_withdraw"),
    path("<str:kind>/<str:public_id>/publish/", publication_acts.release, name="publication_release"),
    path("<str:kind>/<str:public_id>/schedule/", publication_acts.schedule, name="publication_schedule"),
    path(
        "<str:kind>/<str:public_id>/unschedule/", publication_acts.unschedule, name="publication_unschedule"
    ),
    path("<str:kind>/<str:public_id>/discard/", publication_acts.discard, name="publication_discard"),
]
"""Under `unit/publications/`."""
unit_urls = [
    path("profile/", profile.edit, name="unit_profile_edit"),
    path("profile/submit/", profile.submit, name="unit_profile_submit"),
    path("profile/confirm/", profile.confirm, name="unit_profile_confirm"),
    path("instruments/", instruments, name="unit_instruments"),
    path("publications/<str:kind>/", publications.publications, name="unit_publications"),
    path("publish/<str:kind>/", publications.new, name="publication_new"),
    path("pictures/", publication_pictures.pictures, name="unit_pictures"),
    path("statement/", statement_new, name="statement_new"),
]
"""Under `unit/<str:organization_id>/`."""
units_urls = [
    path("<str:public_id>/picture/", files.picture, name="unit_picture"),
    path("regulations/<str:public_id>/file/", publication_acts.attachment, name="regulation_file"),
    path("pictures/<str:public_id>/", publication_pictures.picture, name="publication_picture"),
]
"""Under `units/`."""
reviews_urls = [
    path("<str:public_id>/", reviews.look, name="bureau_review"),
    path("<str:public_id>/publish/", reviews.publish, name="review_publish"),
    path("<str:public_id>/return/", reviews.return_, name="review_return"),
]
"""Under `bureau/reviews/`."""
supervision_urls = [
    path("completeness/", completeness, name="completeness"),
    path("completeness/remind/", remind, name="completeness_remind"),
    path("units/<str:public_id>/", unit_supervision, name="unit_supervision"),
]
"""Under `bureau/`."""

"""Addresses of this app's pages."""

from django.urls import path

from providers.exchange.views import imports
from providers.instruments.views import acts as instrument_acts
from providers.instruments.views import categories as recode
from providers.instruments.views import media, people, together
from providers.instruments.views.instruments import edit, new
from providers.revisions.views import revisions
from providers.search import views as synonyms
from providers.units.views import profile, publication_acts, publication_pictures, publications, reviews
from providers.units.views.own_instruments import instruments

urlpatterns = [
    path("unit/instruments/<str:public_id>/edit/", edit, name="instrument_edit"),
    path("unit/instruments/<str:public_id>/people/", people.people, name="instrument_people"),
    path("unit/instruments/<str:public_id>/keepers/", people.keepers_set, name="keepers_set"),
    path(
        "unit/instruments/<str:public_id>/qualifications/",
        people.qualification_new,
        name="qualification_new",
    ),
    path(
        "unit/instruments/<str:public_id>/submit/",
        instrument_acts.act,
        {"verb": "submit"},
        name="instrument_submit",
    ),
    path("unit/instruments/<str:public_id>/media/", media.media, name="instrument_media"),
    path("unit/instruments/<str:public_id>/pictures/", media.picture_add, name="picture_add"),
    path("unit/pictures/<str:public_id>/", media.picture_change, name="picture_change"),
    path("unit/pictures/<str:public_id>/remove/", media.picture_remove, name="picture_remove"),
    path("unit/instruments/<str:public_id>/files/", media.attachment_add, name="attachment_add"),
    path("unit/files/<str:public_id>/remove/", media.attachment_remove, name="attachment_remove"),
    path("unit/instruments/<str:public_id>/together/", together.together, name="instrument_together"),
    path("unit/instruments/<str:public_id>/customs/", together.customs, name="instrument_customs"),
    path("unit/instruments/<str:public_id>/customs/remove/", together.customs_remove, name="customs_remove"),
    path("unit/groups/<str:public_id>/", together.group_edit, name="group_edit"),
    path("unit/groups/<str:public_id>/remove/", together.group_remove, name="group_remove"),
    path("unit/<str:organization_id>/groups/new/", together.group_new, name="group_new"),
    path("unit/instruments/<str:public_id>/<str:verb>/", instrument_acts.act, name="instrument_act"),
    path("unit/publications/<str:kind>/<str:public_id>/edit/", publications.edit, name="publication_edit"),
    path(
        "unit/publications/<str:kind>/<str:public_id>/withdraw/",
        publication_acts.withdraw,
        name="publication_withdraw",
    ),
    path(
        "unit/publications/<str:kind>/<str:public_id>/publish/",
        publication_acts.release,
        name="publication_release",
    ),
    path(
        "unit/publications/<str:kind>/<str:public_id>/schedule/",
        publication_acts.schedule,
        name="publication_schedule",
    ),
    path(
        "unit/publications/<str:kind>/<str:public_id>/unschedule/",
        publication_acts.unschedule,
        name="publication_unschedule",
    ),
    path(
        "unit/publications/<str:kind>/<str:public_id>/discard/",
        publication_acts.discard,
        name="publication_discard",
    ),
    path("unit/<str:organization_id>/profile/", profile.edit, name="unit_profile_edit"),
    path("unit/<str:organization_id>/profile/submit/", profile.submit, name="unit_profile_submit"),
    path("unit/<str:organization_id>/profile/confirm/", profile.confirm, name="unit_profile_confirm"),
    path("unit/<str:organization_id>/instruments/", instruments, name="unit_instruments"),
    path("unit/<str:organization_id>/instruments/new/", new, name="instrument_new"),
    path("unit/<str:organization_id>/import/", imports.upload, name="sheet_import"),
    path(
        "unit/<str:organization_id>/import/<str:kind>/template.<str:ending>",
        imports.template,
        name="sheet_template",
    ),
    path("unit/<str:organization_id>/import/<str:kind>/<str:key>/", imports.look, name="sheet_preview"),
    path("unit/<str:organization_id>/imports/<str:run_id>/", imports.result, name="sheet_result"),
    path(
        "unit/<str:organization_id>/publications/<str:kind>/",
        publications.publications,
        name="unit_publications",
    ),
    path("unit/<str:organization_id>/publish/<str:kind>/", publications.new, name="publication_new"),
    path("units/regulations/<str:public_id>/file/", publication_acts.attachment, name="regulation_file"),
    path("units/pictures/<str:public_id>/", publication_pictures.picture, name="publication_picture"),
    path("unit/<str:organization_id>/pictures/", publication_pictures.pictures, name="unit_pictures"),
    path("revisions/<str:public_id>/", revisions.revisions, name="revisions"),
    path("revisions/<str:public_id>/<int:revision_id>/", revisions.revision, name="revision"),
    path("bureau/reviews/<str:public_id>/", reviews.look, name="bureau_review"),
    path("bureau/reviews/<str:public_id>/publish/", reviews.publish, name="review_publish"),
    path("bureau/reviews/<str:public_id>/return/", reviews.return_, name="review_return"),
    path("bureau/categories/", recode.to_recode, name="to_recode"),
    path("bureau/synonyms/", synonyms.synonyms, name="synonyms"),
    path("bureau/synonyms/new/", synonyms.new, name="synonym_new"),
    path("bureau/synonyms/<str:public_id>/", synonyms.edit, name="synonym_edit"),
    path("bureau/synonyms/<str:public_id>/remove/", synonyms.remove, name="synonym_remove"),
]

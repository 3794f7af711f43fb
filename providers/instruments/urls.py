"""The addresses of this room; `instrument_share.urls` mounts each list under its prefix."""

from django.urls import path

from providers.instruments.views import acts, categories, customs, files, media, people, together
from providers.instruments.views.instruments import edit, new

public_urls = [
    path("<str:public_id>/picture/", files.picture, name="instrument_picture"),
    path("pictures/<str:public_id>/<str:size>/", files.gallery_picture, name="instrument_gallery_picture"),
    path("files/<str:public_id>/", files.file, name="instrument_file"),
]
"""Under `instruments/`."""
instruments_urls = [
    path("<str:public_id>/edit/", edit, name="instrument_edit"),
    path("<str:public_id>/people/", people.people, name="instrument_people"),
    path("<str:public_id>/keepers/", people.keepers_set, name="keepers_set"),
    path("<str:public_id>/qualifications/", people.qualification_new, name="qualification_new"),
    path("<str:public_id>/submit/", acts.submit, name="instrument_submit"),
    path("<str:public_id>/media/", media.media, name="instrument_media"),
    path("<str:public_id>/pictures/", media.picture_add, name="picture_add"),
    path("<str:public_id>/files/", media.attachment_add, name="attachment_add"),
    path("<str:public_id>/together/", together.together, name="instrument_together"),
    path("<str:public_id>/customs/", customs.customs, name="instrument_customs"),
    path("<str:public_id>/customs/remove/", customs.customs_remove, name="customs_remove"),
    path("<str:public_id>/remove/", acts.remove, name="instrument_remove"),
    path("<str:public_id>/confirm/", acts.confirm, name="instrument_confirm"),
]
"""Under `unit/instruments/`."""
pictures_urls = [
    path("<str:public_id>/", media.picture_change, name="picture_change"),
    path("<str:public_id>/remove/", media.picture_remove, name="picture_remove"),
]
"""Under `unit/pictures/`."""
files_urls = [
    path("<str:public_id>/remove/", media.attachment_remove, name="attachment_remove"),
]
"""Under `unit/files/`."""
groups_urls = [
    path("<str:public_id>/", together.group_edit, name="group_edit"),
    path("<str:public_id>/remove/", together.group_remove, name="group_remove"),
]
"""Under `unit/groups/`."""
unit_urls = [
    path("groups/new/", together.group_new, name="group_new"),
    path("instruments/new/", new, name="instrument_new"),
]
"""Under `unit/<str:organization_id>/`."""
categories_urls = [
    path("", categories.to_recode, name="to_recode"),
    path("keep/", categories.keep, name="categories_keep"),
]
"""Under `bureau/categories/`."""

"""URL patterns of this room; `instrument_share.urls` mounts each list under its prefix."""

from django.urls import path

from rewards.objections.views import objections, public

results_urls = [
    path("<int:year>/objections/", public.objections, name="objections"),
    path("<int:year>/objections/new/", public.objection_new, name="objection_new"),
]
"""Under `openness/results/`."""
status_urls = [
    path("<str:token>/", public.objection_status, name="objection_status"),
]
"""Under `openness/objections/`."""
objections_urls = [
    path("<str:public_id>/", objections.objection, name="objection"),
    path("<str:public_id>/answer/", objections.objection_answer, name="objection_answer"),
    path("<str:public_id>/comment/", objections.objection_comment, name="objection_comment"),
    path("<str:public_id>/files/<str:sha256>/", objections.objection_file, name="objection_file"),
]
"""Under `bureau/objections/`."""

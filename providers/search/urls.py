"""The addresses of this room; `instrument_share.urls` mounts each list under its prefix."""

from django.urls import path

from providers.search import views

synonyms_urls = [
    path("", views.synonyms, name="synonyms"),
    path("new/", views.edit, name="synonym_new"),
    path("<str:public_id>/", views.edit, name="synonym_edit"),
    path("<str:public_id>/remove/", views.remove, name="synonym_remove"),
]
"""Under `bureau/synonyms/`."""

from django.urls import path
from django.views.i18n import set_language

from instrument_share.web import views

urlpatterns = [
    path("language/", set_language, name="set_language"),
    path("healthz", views.health, name="health"),
    path("robots.txt", views.robots, name="robots"),
    path("favicon.ico", views.favicon, name="favicon"),
]

from django.urls import path

from instrument_share.web import views

urlpatterns = [
    path("language/", views.set_language, name="set_language"),
    path("healthz", views.health, name="health"),
    path("readyz", views.ready, name="ready"),
    path("csp-report/", views.csp_report, name="csp_report"),
    path("robots.txt", views.robots, name="robots"),
    path("favicon.ico", views.favicon, name="favicon"),
]

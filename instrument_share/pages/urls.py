"""URL patterns of the composed pages."""

from django.conf import settings
from django.urls import path

from instrument_share.pages.views import about, bureau, catalogue, compare, home, unit_desk
from instrument_share.pages.views.instrument import instrument, sheet
from instrument_share.pages.views.keeper import keeper, keeper_events
from instrument_share.pages.views.me import me, my_organization, my_samples, my_statements, my_usage
from instrument_share.pages.views.my_credit import my_credit
from instrument_share.pages.views.my_waiting import my_waiting
from instrument_share.pages.views.national import region_file, region_records, unit_file, unit_records
from instrument_share.pages.views.opendata import sitemap_index, sitemap_part
from instrument_share.pages.views.publications import publication
from instrument_share.pages.views.units import unit, units

urlpatterns = [
    path("", home.home, name="home"),
    path("desk/", home.desk, name="desk"),
    path("instruments/", catalogue.catalogue, name="catalogue"),
    path("instruments/<str:public_id>/", instrument, name="instrument"),
    path("instruments/<str:public_id>/sheet.pdf", sheet, name="instrument_sheet"),
    path("units/", units, name="units"),
    path("units/<str:public_id>/", unit, name="unit"),
    path("publications/<str:public_id>/", publication, name="publication"),
    path("sitemap.xml", sitemap_index, name="sitemap"),
    path("sitemap-<str:section>.xml", sitemap_part, name="sitemap_part"),
    path("openness/", home.openness, name="openness"),
    path("help/", about.guide, name="help"),
    path("privacy/", about.privacy, name="privacy"),
    path("compare/", compare.compare, name="compare"),
    path("timeline/", catalogue.timeline, name="timeline"),
    path("timeline/events/", catalogue.timeline_events, name="timeline_events"),
    path("me/", me, name="me"),
    path("me/waiting/", my_waiting, name="my_waiting"),
    path("me/credit/", my_credit, name="my_credit"),
    path("me/usage/", my_usage, name="my_usage"),
    path("me/samples/", my_samples, name="my_samples"),
    path("me/statements/", my_statements, name="my_statements"),
    path("me/organization/<str:public_id>/", my_organization, name="my_organization"),
    path("keeper/", keeper, name="keeper"),
    path("keeper/events/", keeper_events, name="keeper_events"),
    path("unit/", unit_desk.unit_desk, name="unit_desk"),
    path("unit/<str:public_id>/national/", unit_records, name="national"),
    path("unit/<str:public_id>/national/<int:year>/records.<str:ending>", unit_file, name="national_file"),
    path("bureau/national/", region_records, name="national_region"),
    path("bureau/national/<int:year>/<str:name>", region_file, name="national_region_file"),
    path("bureau/", bureau.bureau, name="bureau"),
]
if settings.DEBUG:
    from instrument_share.pages import styleguide

    urlpatterns += [
        path("styleguide/", styleguide.styleguide, name="styleguide"),
        path("styleguide/times.json", styleguide.times, name="styleguide_times"),
        path("styleguide/confirm/", styleguide.confirm, name="styleguide_confirm"),
    ]

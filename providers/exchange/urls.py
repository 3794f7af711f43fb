"""The addresses of this room; `instrument_share.urls` mounts each list under its prefix."""

from django.urls import path

from instrument_share.web.responses.shown_by_browser import shown_by_browser
from providers.exchange.views import imports
from providers.exchange.views.feeds import InstrumentFeed, NewsFeed, UnitNewsFeed
from providers.exchange.views.national import year_edit
from providers.exchange.views.open_data import data_set, opendata

unit_urls = [
    path("import/", imports.upload, name="sheet_import"),
    path("import/<str:kind>/template.<str:ending>", imports.template, name="sheet_template"),
    path("import/<str:kind>/<str:key>/", imports.look, name="sheet_preview"),
    path("imports/<str:run_id>/", imports.result, name="sheet_result"),
    path("imports/<str:run_id>/take-back/", imports.take_back, name="sheet_take_back"),
]
"""Under `unit/<str:organization_id>/`."""
feeds_urls = [
    path("<str:public_id>/news.atom", shown_by_browser(UnitNewsFeed()), name="unit_feed"),
]
"""Under `units/`."""
open_data_urls = [
    path("", opendata, name="opendata"),
    path("news.atom", shown_by_browser(NewsFeed()), name="news_feed"),
    path("instruments.atom", shown_by_browser(InstrumentFeed()), name="instrument_feed"),
    path("<slug:name>.<slug:form>", data_set, name="data_set"),
]
"""Under `opendata/`."""
national_urls = [
    path("<int:year>/", year_edit, name="national_year"),
]
"""Under `unit/<str:public_id>/national/`."""

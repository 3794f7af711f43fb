"""URL patterns of this room; `instrument_share.urls` mounts each list under its prefix."""

from django.urls import path

from rewards.declarations.views import sheets
from rewards.declarations.views.facts import fact_decide, fact_file, fact_take_back, facts

facts_urls = [
    path("<int:year>/", facts, name="declared_facts"),
    path("<int:year>/sheet/", sheets.fact_sheet, name="fact_sheet"),
    path("<int:year>/sheet.xlsx", sheets.fact_sheet_template, name="fact_sheet_template"),
    path("<str:public_id>/files/<str:sha256>/", fact_file, name="fact_file"),
    path("<str:public_id>/withdraw/", fact_take_back, name="fact_take_back"),
    path("<str:public_id>/<str:verb>/", fact_decide, name="fact_decide"),
]
"""Under `facts/`."""

"""URL patterns of this room; `instrument_share.urls` mounts each list under its prefix."""

from django.urls import path

from rewards.assessment.views import figure_rows, results
from rewards.assessment.views.export import units_csv

results_urls = [
    path("<int:year>/", results.result, name="result"),
]
"""Under `openness/results/`."""
cycles_urls = [
    path("<int:year>/units.csv", units_csv, name="units_csv"),
]
"""Under `bureau/cycles/`."""
assessments_urls = [
    path("<str:public_id>/", results.assessment, name="assessment"),
    path(
        "<str:public_id>/instruments/<str:instrument_id>/",
        results.instrument_result,
        name="instrument_result",
    ),
    path("<str:public_id>/ratings/", figure_rows.ratings, name="assessment_ratings"),
    path("<str:public_id>/decisions/", figure_rows.decisions, name="assessment_decisions"),
    path("<str:public_id>/completeness/", figure_rows.completeness, name="assessment_completeness"),
]
"""Under `bureau/assessments/`."""

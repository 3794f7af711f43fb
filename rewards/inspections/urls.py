"""URL patterns of this room; `instrument_share.urls` mounts each list under its prefix."""

from django.urls import path

from rewards.inspections.views import draws, inspections

public_urls = [
    path("repeat_draw.py", draws.draw_script, name="draw_script"),
    path("<str:public_id>/", draws.draw, name="draw"),
    path("<str:public_id>/inputs.json", draws.draw_inputs, name="draw_inputs"),
    path("<str:public_id>/inputs.csv", draws.draw_table, name="draw_table"),
]
"""Under `openness/draws/`."""
cycles_urls = [
    path("<int:year>/draws/", draws.draws, name="draws"),
    path("<int:year>/draws/new/", draws.draw_new, name="draw_new"),
]
"""Under `bureau/cycles/`."""
inspections_urls = [
    path("seed/<str:public_id>/", draws.draw_seed, name="draw_seed"),
    path("<str:public_id>/", inspections.inspection, name="inspection"),
    path("<str:public_id>/photos/<int:position>/", inspections.inspection_photo, name="inspection_photo"),
]
"""Under `bureau/inspections/`."""

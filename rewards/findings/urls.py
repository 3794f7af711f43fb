"""URL patterns of this room; `instrument_share.urls` mounts each list under its prefix."""

from django.urls import path

from rewards.findings.views import findings

cycles_urls = [
    path("<int:year>/findings/", findings.findings, name="findings"),
]
"""Under `bureau/cycles/`."""
findings_urls = [
    path("<str:public_id>/", findings.finding, name="finding"),
    path("<str:public_id>/decide/", findings.finding_decide, name="finding_decide"),
    path("<str:public_id>/answer/", findings.finding_answer, name="finding_answer"),
]
"""Under `bureau/findings/`."""

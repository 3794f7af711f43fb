"""URL patterns of this room; `instrument_share.urls` mounts each list under its prefix."""

from django.urls import path

from rewards.findings.views import finding, findings

cycles_urls = [
    path("<int:year>/findings/", findings.findings, name="findings"),
    path("<int:year>/findings/decide/", findings.findings_decide, name="findings_decide"),
]
"""Under `bureau/cycles/`."""
findings_urls = [
    path("<str:public_id>/", finding.finding, name="finding"),
    path("<str:public_id>/decide/", finding.finding_decide, name="finding_decide"),
    path("<str:public_id>/answer/", finding.finding_answer, name="finding_answer"),
    path("<str:public_id>/falsification/", finding.falsification_propose, name="falsification_propose"),
    path("<str:public_id>/falsification/answer/", finding.falsification_answer, name="falsification_answer"),
    path("<str:public_id>/falsification/decide/", finding.falsification_decide, name="falsification_decide"),
]
"""Under `bureau/findings/`."""

"""What a project spends, for those who keep it."""

from typing import Annotated

from django.http import HttpRequest
from ninja import Path, Router

from bookings.budgets.schemas import SpendingOut, serialize_spending
from bookings.budgets.selectors import get_months
from bookings.projects.selectors import get_kept_project
from bookings.requests.selectors.project_budget import get_budgets
from instrument_share.accounts.domain.tokens import TokenScope
from instrument_share.kernel.errors import gettext_noop
from instrument_share.web.api.auth import members
from instrument_share.web.api.fields import PublicId
from instrument_share.web.api.openapi import error_responses

router = Router(tags=["projects"], auth=members(TokenScope.READ))


@router.get(
    "/{project_id}/spending",
    response={200: SpendingOut, **error_responses(404)},
    operation_id="project_spending",
    summary=gettext_noop("What a project has committed, spent and left"),
)
def project_spending(request: HttpRequest, project_id: Annotated[PublicId, Path()]) -> SpendingOut:
    """For its holder and the administrators of its organization."""
    found = get_kept_project(request.user, project_id)
    return serialize_spending(found, get_budgets([found])[found.pk], get_months(found))

"""The category table in the API. Instruments, of which is told when they are free, stand in `bookings`."""

from django.http import HttpRequest
from ninja import Router

from instrument_share.kernel.errors import gettext_noop
from instrument_share.web.api.auth import EVERYBODY
from instrument_share.web.api.openapi import error_responses
from providers.instruments.selectors.instruments import category_table
from providers.search.schemas import CategoryOut

router = Router(tags=["instruments"], auth=EVERYBODY)


@router.get(
    "/categories",
    response={200: list[CategoryOut], **error_responses()},
    operation_id="categories",
    summary=gettext_noop("The category table"),
)
def categories(request: HttpRequest) -> list[CategoryOut]:  # noqa: ARG001 (ninja asks for it)
    """The national categories, by code, in the version that is in use."""
    return [CategoryOut.from_orm(row) for row in category_table().order_by("code")]

"""Units' instruments in the API. Lists, which ask what is free, stand in `bookings.api`."""

from typing import Annotated

from django.http import HttpRequest
from ninja import Path, Router

from instrument_share.kernel.errors import gettext_noop
from instrument_share.web import clock
from instrument_share.web.api.auth import EVERYBODY
from instrument_share.web.api.fields import PublicId
from instrument_share.web.api.openapi import error_responses
from providers.instruments.selectors import instruments as instruments_selectors
from providers.instruments.selectors.instruments import category_table
from providers.search.schemas import CategoryOut, InstrumentDetailOut, instrument_detail_out
from providers.terms.selectors.rule_versions import coming_versions, terms_versions, version_in_force

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


@router.get(
    "/instruments/{instrument_id}",
    response={200: InstrumentDetailOut, **error_responses(404, 410)},
    operation_id="instrument",
    summary=gettext_noop("One instrument with the rule in force"),
)
def instrument(request: HttpRequest, instrument_id: Annotated[PublicId, Path()]) -> InstrumentDetailOut:
    """What the unit publishes about it, the open-service rule in force, and the versions that follow it."""
    found = instruments_selectors.instrument(request.user, instrument_id)
    now = clock.now()
    versions = terms_versions([found.pk]).get(found.pk, [])
    coming = [after for _before, after in coming_versions(versions, now)]
    return instrument_detail_out(found, version_in_force(versions, now), coming)

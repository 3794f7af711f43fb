"""The API under /api/v1: authentication, error mapping and the routers of the apps."""

from bookings.budgets.api import router as budgets
from bookings.credit.api import booking_router as misuse
from bookings.credit.api import router as credit
from bookings.devices.api import router as devices
from bookings.groups.api import booking_router as extension
from bookings.groups.api import router as groups
from bookings.projects.api import router as projects
from bookings.proposals.api import router as proposals
from bookings.requests.api.bookings import router as bookings
from bookings.requests.api.free_time import router as public
from bookings.samples.api import router as samples
from bookings.statements.api import router as statements
from bookings.usage.api.attendance import router as attendance
from bookings.usage.api.disputes import log_router as usage_log_disputes
from bookings.usage.api.disputes import router as usage_disputes
from bookings.usage.api.results import router as usage_results
from bookings.usage.api.usage import router as usage
from bookings.waiting.api import router as waiting
from instrument_share.api.descriptions import DESCRIPTIONS
from instrument_share.api.examples import EXAMPLES
from instrument_share.api.refusals import REFUSALS_OF
from instrument_share.kernel.errors import gettext_noop
from instrument_share.transparency.api import router as log
from instrument_share.web.api.errors import JSONParser, add_error_handlers
from instrument_share.web.api.me import me_router
from instrument_share.web.api.openapi import ShareAPI
from providers.search.api import router as providers
from rewards.findings.api import router as findings
from rewards.vouchers.api import router as vouchers

DESCRIPTION = gettext_noop(
    """Instruments of the city's sharing platform: search, free time, prices, bookings, samples, usage,
statements, innovation vouchers and findings of the assessment.

Reading the catalogue, voucher schemes and the public log needs no account; devices sign their events with
their key. Everything else needs a personal token (`Authorization: Bearer …`) or the session of a page with
its CSRF token. A token has scopes (`read`, `book`, `usage`, `manage`); each operation names the one that it
needs, and refuses a token without it: 403, code `scope_missing`. Times are RFC 3339 in UTC, amounts are yuan
as text, ids are opaque. Refusals are `application/problem+json` with a stable `code` and every single
problem.

A site answers 1,200 requests a minute, where it has set no other number: programs with a token share those of
their address, and a session has those of its account. Beyond that the answer is 429, with `Retry-After`."""
)

api = ShareAPI(
    title="Instrument Share API",
    version="1",
    description=DESCRIPTION,
    urls_namespace="api-v1",
    parser=JSONParser(),
    descriptions=DESCRIPTIONS,
    examples=EXAMPLES,
    refusals=REFUSALS_OF,
)
add_error_handlers(api)
api.add_router("", public)
api.add_router("", providers)
api.add_router("/proposals", proposals)
api.add_router("/projects", projects)
api.add_router("/projects", budgets)
api.add_router("/bookings", bookings)
api.add_router("/bookings", attendance)
api.add_router("/bookings", extension)
api.add_router("/bookings", misuse)
api.add_router("/waiting", waiting)
api.add_router("/booking-groups", groups)
api.add_router("/credit-events", credit)
api.add_router("/usage", usage)
api.add_router("/usage", usage_results)
api.add_router("/usage", usage_log_disputes)
api.add_router("/disputes", usage_disputes)
api.add_router("/sample-orders", samples)
api.add_router("/statements", statements)
api.add_router("/devices", devices)
api.add_router("/findings", findings)
api.add_router("/vouchers", vouchers)
api.add_router("/log", log)
api.add_router("/me", me_router)

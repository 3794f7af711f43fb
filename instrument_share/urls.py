"""Every prefix of an address and the room that owns it, on one screen."""

from django.urls import include, path

from bookings.budgets import urls as budgets
from bookings.credit import urls as credit
from bookings.devices import urls as devices
from bookings.feeds import urls as feeds
from bookings.groups import urls as groups
from bookings.kiosk import urls as kiosk
from bookings.projects import urls as projects
from bookings.proposals import urls as proposals
from bookings.requests import urls as requests
from bookings.samples import urls as samples
from bookings.statements import urls as statements
from bookings.statistics import urls as statistics
from bookings.usage import urls as usage
from bookings.waiting import urls as waiting
from instrument_share.api import api
from instrument_share.bootstrap import urls as bootstrap
from instrument_share.operations import urls as operations
from instrument_share.people import urls as people
from instrument_share.transparency import urls as transparency
from instrument_share.web.login import urls as login
from providers.exchange import urls as exchange
from providers.instruments import urls as instruments
from providers.revisions import urls as revisions
from providers.search import urls as search
from providers.units import urls as units
from rewards.assessment import urls as assessment
from rewards.cycle import urls as cycle
from rewards.declarations import urls as declarations
from rewards.findings import urls as findings
from rewards.forecast import urls as forecast
from rewards.inspections import urls as inspections
from rewards.objections import urls as objections
from rewards.payments import urls as payments
from rewards.policy import urls as policy
from rewards.report import urls as report
from rewards.trials import urls as trials
from rewards.vouchers import urls as vouchers
from rewards.year import urls as year

handler404 = "instrument_share.web.responses.failures.not_found"
handler500 = "instrument_share.web.responses.failures.server_error"

urlpatterns = [
    path("api/v1/", api.urls),
    path("accounts/", include(login.account_urls)),
    path("accounts/", include("instrument_share.accounts.urls")),
    path("", include("instrument_share.web.urls")),
    # What everybody reads
    path("instruments/", include(requests.instruments_urls)),
    path("instruments/", include(waiting.instruments_urls)),
    path("instruments/", include(groups.instruments_urls)),
    path("instruments/", include(samples.instruments_urls)),
    path("instruments/", include(instruments.public_urls)),
    path("units/", include(units.units_urls)),
    path("units/", include(exchange.feeds_urls)),
    path("opendata/", include(exchange.open_data_urls)),
    path("openness/results/", include(assessment.results_urls)),
    path("openness/results/", include(objections.results_urls)),
    path("openness/objections/", include(objections.status_urls)),
    path("openness/draws/", include(inspections.public_urls)),
    path("verify/", include(report.verify_urls)),
    path("verify/", include(usage.verify_urls)),
    path("log/", include(transparency.log_urls)),
    # Bookings and uses
    path("basket/", include(groups.basket_urls)),
    path("find/", include(proposals.find_urls)),
    path("bookings/", include(groups.bookings_urls)),
    path("bookings/", include(statements.bookings_urls)),
    path("bookings/", include(requests.bookings_urls)),
    path("bookings/", include(credit.bookings_urls)),
    path("bookings/", include(usage.attendance_urls)),
    path("bookings/", include(feeds.bookings_urls)),
    path("bookings/", include(devices.bookings_urls)),
    path("waiting/", include(waiting.waiting_urls)),
    path("credit/", include(credit.credit_urls)),
    path("usage/", include(usage.usage_urls)),
    path("samples/", include(samples.samples_urls)),
    path("statements/", include(statements.statements_urls)),
    path("projects/", include(projects.projects_urls)),
    path("projects/", include(budgets.projects_urls)),
    path("statistics/", include(statistics.statistics_urls)),
    path("calendars/", include(feeds.calendars_urls)),
    path("keeper/", include(requests.closures_urls)),
    path("keeper/", include(feeds.keeper_urls)),
    path("keeper/", include(devices.keeper_urls)),
    path("keeper/", include(usage.keeper_urls)),
    path("keeper/log/", include(usage.by_hand_urls)),
    path("kiosk/", include(kiosk.kiosk_urls)),
    # What a unit looks after
    path("unit/instruments/", include(requests.rules_urls)),
    path("unit/instruments/", include(devices.instruments_urls)),
    path("unit/instruments/", include(kiosk.instruments_urls)),
    path("unit/instruments/", include(instruments.instruments_urls)),
    path("unit/pictures/", include(instruments.pictures_urls)),
    path("unit/files/", include(instruments.files_urls)),
    path("unit/groups/", include(instruments.groups_urls)),
    path("unit/cases/", include(usage.cases_urls)),
    path("unit/publications/", include(units.publications_urls)),
    path("unit/<str:organization_id>/", include(instruments.unit_urls)),
    path("unit/<str:organization_id>/", include(units.unit_urls)),
    path("unit/<str:organization_id>/", include(exchange.unit_urls)),
    path("unit/<str:organization_id>/", include(statements.unit_urls)),
    path("unit/<str:organization_id>/", include(feeds.unit_urls)),
    path("unit/<str:public_id>/national/", include(exchange.national_urls)),
    path("revisions/", include(revisions.revisions_urls)),
    # The bureau and Finance
    path("bureau/reviews/", include(units.reviews_urls)),
    path("bureau/categories/", include(instruments.categories_urls)),
    path("bureau/synonyms/", include(search.synonyms_urls)),
    path("bureau/holidays/", include(requests.holidays_urls)),
    path("policies/", include(policy.public_urls)),
    path("bureau/policies/", include(policy.policies_urls)),
    path("facts/", include(declarations.facts_urls)),
    path("forecast/", include(forecast.forecast_urls)),
    path("bureau/cycles/", include(cycle.cycles_urls)),
    path("bureau/cycles/", include(findings.cycles_urls)),
    path("bureau/cycles/", include(inspections.cycles_urls)),
    path("bureau/cycles/", include(assessment.cycles_urls)),
    path("bureau/cycles/", include(trials.cycles_urls)),
    path("bureau/cycles/", include(report.cycles_urls)),
    path("bureau/cycles/", include(year.cycles_urls)),
    path("bureau/findings/", include(findings.findings_urls)),
    path("bureau/inspections/", include(inspections.inspections_urls)),
    path("bureau/objections/", include(objections.objections_urls)),
    path("bureau/assessments/", include(assessment.assessments_urls)),
    path("bureau/assessments/", include(report.assessments_urls)),
    path("bureau/organizations/", include(people.admission_urls)),
    path("bureau/", include(units.supervision_urls)),
    path("finance/", include(payments.finance_urls)),
    path("unit-accounts/", include(payments.accounts_urls)),
    path("vouchers/", include(vouchers.vouchers_urls)),
    # People and organizations
    path("me/", include(people.me_urls)),
    path("invitations/", include(people.invitations_urls)),
    path("organizations/", include(people.organizations_urls)),
    path("organizations/", include(projects.organizations_urls)),
    path("organizations/", include(budgets.organizations_urls)),
    path("organizations/<str:organization_id>/", include(feeds.organizations_urls)),
    # The site itself
    path("setup/", include(bootstrap.setup_urls)),
    path("system/", include(operations.system_urls)),
    path("metrics", include(operations.metrics_urls)),
    path("journal/", include(operations.journal_urls)),
    # Pages that read from several apps
    path("", include("instrument_share.pages.urls")),
]

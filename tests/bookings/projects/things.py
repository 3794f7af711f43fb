"""A project of the visiting company, opened by its administrator."""

from decimal import Decimal

from bookings.projects.domain.facts import ProjectFacts
from bookings.projects.services import project_create
from instrument_share.accounts.domain import Role
from tests import factories
from tests.factories import NOW

HOUR_YUAN = 100
"""What an hour costs on the instrument of the city."""


def add_project(city, budget=None, **facts):
    """Open a project of the company, held by its administrator; the city keeps both."""
    if not hasattr(city, "admin"):
        city.admin = factories.member(city.company, Role.ORG_ADMIN, name="管")
    described = {
        "name": "钛合金疲劳机理",
        "number": "2024YFC0001",
        "holder_id": city.admin.pk,
        "budget_yuan": None if budget is None else Decimal(budget),
        **facts,
    }
    city.project = project_create(
        actor=city.admin, organization_id=city.company.pk, facts=ProjectFacts(**described), now=NOW
    )
    return city.project

"""How often one may search, export, verify and call the API."""

import pytest
from django.core.cache import cache
from django.test import Client, RequestFactory
from django.urls import ResolverMatch, URLResolver, get_resolver
from django.utils.decorators import method_decorator
from django.views import View

from instrument_share.web.edge import limits
from instrument_share.web.edge.limits import LimitMiddleware
from tests import factories
from tests.factories import NOW

LIMITED = {
    "search": {"catalogue", "find", "openness", "timeline", "units"},
    "verify": {"verify", "verify_receipt"},
    "export": {
        *("assessment_sheet", "batch_sheet", "certificate", "data_set", "instrument_sheet", "journal_csv"),
        *("national_file", "national_region_file", "report_package", "report_pdf", "statement_pdf"),
        *("statement_xlsx", "statistics_file", "units_csv", "voucher_list_pdf"),
    },
}
"""Names of the addresses whose views say that they count."""


@pytest.fixture
def limited(settings, monkeypatch, clock):
    """Limits in force, few enough to be met, in a minute that does not end."""
    clock.set(NOW)
    settings.LIMIT_FACTOR = 1
    monkeypatch.setattr(limits, "PER_WINDOW", dict.fromkeys(limits.PER_WINDOW, 3))
    return settings


def statuses(client, address, times=5, **options):
    return [client.get(address, **options).status_code for _ in range(times)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address", ["/instruments/?q=a", "/verify/", "/opendata/units.csv", "/log/?format=csv"]
)
def test_who_asks_too_often_is_told_when_to_come_again(client, limited, address):
    answers = [client.get(address) for _ in range(4)]
    for one in answers:
        one.getvalue()
    assert [one.status_code == 429 for one in answers] == [False, False, False, True]
    assert answers[-1]["Retry-After"] == "60"
    assert "请稍等一分钟" in answers[-1].content.decode()


@pytest.mark.django_db
def test_a_part_of_a_page_stays_and_the_note_at_the_top_says_it(client, limited):
    part = {"HX-Request": "true"}
    refused = [client.get("/instruments/?q=a", headers=part) for _ in range(4)][-1]
    assert (refused.status_code, refused["HX-Retarget"], refused["Retry-After"]) == (429, "#notes", "60")
    assert refused["HX-Reselect"] == "unset"


@pytest.mark.django_db
def test_the_api_says_it_as_problem_details(client, limited):
    address = "/api/v1/instruments"
    assert statuses(client, address) == [200, 200, 200, 429, 429]
    refused = client.get(address)
    assert (refused["Content-Type"], refused["Retry-After"]) == ("application/problem+json", "60")
    assert refused.json()["code"] == "request.too_many"


@pytest.mark.django_db
def test_each_account_and_each_address_has_its_own_count(client, limited):
    own, other = Client(), Client()
    own.force_login(factories.user())
    assert statuses(client, "/instruments/?q=a")[-1] == 429
    assert statuses(own, "/instruments/?q=a") == [200, 200, 200, 429, 429]
    assert statuses(other, "/instruments/?q=a", REMOTE_ADDR="203.0.113.7")[:3] == [200, 200, 200]


@pytest.mark.django_db
def test_pages_without_a_search_are_not_counted(client, limited):
    assert statuses(client, "/instruments/") == [200] * 5


def test_processes_count_together():
    cache.clear()
    processes = [LimitMiddleware(lambda _request: None) for _ in range(4)]
    answered = sum(one._may("search:address:203.0.113.7", 40, 1) for _ in range(50) for one in processes)
    assert 40 - 4 <= answered <= 40 + 4 * 2
    assert processes[0]._may("search:address:203.0.113.7", 40, 2), "the next minute begins anew"


@pytest.mark.django_db
def test_other_refusals_for_too_many_tries_say_when_too(client, settings):
    middleware = LimitMiddleware(lambda _request: limits.HttpResponse(status=429))
    assert middleware(RequestFactory().get("/"))["Retry-After"] == "900"


def test_these_addresses_are_limited():
    """One more or one fewer is a decision; that a page is asked for as a file counts everywhere."""
    found = {action: set() for action in LIMITED}
    for one in patterns(get_resolver()):
        if action := action_of(one.callback, "/?q=a"):
            found[action].add(one.name)
        assert action_of(one.callback, "/?export=csv") == "export"
    assert found == LIMITED


def patterns(resolver):
    for one in resolver.url_patterns:
        yield from patterns(one) if isinstance(one, URLResolver) else [one]


def action_of(view, address):
    request = RequestFactory().get(address)
    request.resolver_match = ResolverMatch(view, (), {})
    return limits.find_action(request)


@pytest.mark.parametrize(
    ("action", "address", "counted"),
    [
        ("search", "/", ""),
        ("search", "/?q=a", "search"),
        ("export", "/", "export"),
        ("verify", "/", "verify"),
    ],
)
def test_a_class_is_counted_as_its_dispatch_says(action, address, counted):
    marked = method_decorator(limits.counts_as(action), name="dispatch")(type("Marked", (View,), {}))
    assert action_of(marked.as_view(), address) == counted

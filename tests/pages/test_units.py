"""The list of units: by name, district and kind, in two orders."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from instrument_share.accounts.models import District, Organization
from providers.units.models import UnitProfile
from tests import factories
from tests.factories import LONG_AGO

pytestmark = pytest.mark.django_db


def unit(name, name_en="", kind="university", district=None, instruments=0):
    organization = factories.organization(name, name_en=name_en, kind=kind, district=district)
    UnitProfile.objects.create(organization=organization, state="published", published_at=LONG_AGO)
    for _ in range(instruments):
        factories.instrument(organization)
    return organization


@pytest.fixture
def units(db):
    north = District.objects.create(code="990101", name_zh="北区", name_en="North")
    south = District.objects.create(code="990102", name_zh="南区", name_en="South")
    unit("云屏海洋研究院", "Yunping Institute of Oceanology", "institute", north, instruments=1)
    unit("云屏理工大学", "Yunping University of Technology", "university", north, instruments=3)
    unit("云屏医学院", "Yunping Medical School", "university", south, instruments=2)


def shown(**asked):
    page = Client().get(reverse("units"), asked).content.decode()
    return re.findall(r'<a href="/units/ORG-\w+/">\s*(\S+)\s*</a>', page)


def test_all_are_listed_without_a_search(units):
    assert set(shown()) == {"云屏海洋研究院", "云屏理工大学", "云屏医学院"}


@pytest.mark.parametrize("words", ["海洋", "研究院 云屏", "oceanology", "institute YUNPING"])
def test_words_of_either_name_find_a_unit(units, words):
    assert shown(q=words) == ["云屏海洋研究院"]


def test_district_and_kind_narrow_together(units):
    assert shown(district="990101", kind="university") == ["云屏理工大学"]


def test_an_unknown_district_is_left_out_of_the_search(units):
    assert len(shown(district="nowhere")) == 3


def test_units_stand_by_the_name_that_is_shown(units):
    unit("云屏安保学院")
    english = Client(headers={"accept-language": "en"}).get(reverse("units")).content.decode()
    names = re.findall(r'<a href="/units/ORG-\w+/">\s*(\S.*?)\s*</a>', english)
    assert [re.sub("<[^>]*>", "", one) for one in names] == [
        "Yunping Institute of Oceanology",
        "Yunping Medical School",
        "Yunping University of Technology",
        "云屏安保学院",
    ]
    assert shown() == ["云屏医学院", "云屏安保学院", "云屏海洋研究院", "云屏理工大学"]


def test_change_of_language_begins_the_list_anew(units):
    for number in range(20):
        unit(f"单位{number}", f"Unit {number}")
    second = Client().get(reverse("units")).context["page"].next_cursor
    page = Client().get(reverse("units"), {"kind": "university", "cursor": second})
    assert page.context["platform"].path_in_other_language == f"{reverse('units')}?kind=university"
    assert 'name="next" value="/units/?kind=university"' in page.content.decode()


def test_those_with_most_instruments_come_first(units):
    assert shown(sort="instruments") == ["云屏理工大学", "云屏医学院", "云屏海洋研究院"]


def test_a_search_without_result_says_how_to_go_on(units):
    page = Client().get(reverse("units"), {"q": "没有"}).content.decode()
    assert "请减少关键词，或更换筛选条件。" in page and "还没有" not in page


def test_the_list_takes_as_many_statements_for_twenty_units_as_for_one(units, statements):
    def more():
        for number in range(17):
            unit(f"云屏单位{number}", instruments=1)

    statements.assert_unchanged(lambda: Client().get(reverse("units")), by=more)


def test_open_instruments_are_those_of_the_catalogue(units):
    owner = Organization.objects.get(name_zh="云屏理工大学")
    factories.instrument(owner, state="suspended")
    factories.instrument(owner, state="draft", published_at=None)
    page = Client().get(reverse("units"), {"q": "理工"}).content.decode()
    assert re.findall(r"<strong>(\d+)</strong>", page) == ["3"]

"""People to choose from are told apart where several have the same name."""

from types import SimpleNamespace

import pytest
from django.utils import translation

from instrument_share.web.text.people import label_people

pytestmark = pytest.mark.quick


def person(name, email, number):
    return SimpleNamespace(name=name, email=email, public_id=f"USR-{number}")


def test_name_that_nobody_shares_stands_alone():
    people = [person("李伟", "wei@one.example", 1), person("王芳", "wei@one.example", 2)]
    assert label_people(people) == ["李伟", "王芳"]


@pytest.mark.parametrize(
    ("language", "labels"),
    [
        ("zh-hans", ["李伟（w…@one.example）", "李伟（w…@two.example）"]),
        ("en", ["李伟 (w…@one.example)", "李伟 (w…@two.example)"]),
    ],
)
def test_people_of_one_name_have_their_masked_address(language, labels):
    people = [person("李伟", "wei@one.example", 1), person("李伟", "wei@two.example", 2)]
    with translation.override(language):
        assert label_people(people) == labels


def test_people_whom_the_masked_address_leaves_alike_have_their_id():
    people = [
        person("李伟", "wei@one.example", 1),
        person("李伟", "w@one.example", 2),
        person("李伟", "", 3),
        person("李伟", "l@one.example", 4),
    ]
    assert label_people(people) == [
        "李伟（USR-1）",
        "李伟（USR-2）",
        "李伟（USR-3）",
        "李伟（l…@one.example）",
    ]

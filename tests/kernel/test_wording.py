"""The words of closed lists."""

from enum import StrEnum

import pytest
from django.utils import translation

from bookings.requests.domain.choices import Direction
from instrument_share.kernel import wording
from instrument_share.web.forms.fields import choices_of
from instrument_share.web.templatetags import ui
from providers.domain import ServiceMode


class Unregistered(StrEnum):
    ONE = "one"


def test_every_member_of_a_registered_list_has_a_word():
    lists = wording._CLOSED_LISTS
    assert {Direction, *lists} == set(lists)
    assert {members.__name__: set(words) for members, words in lists.items()} == {
        members.__name__: set(members) for members in lists
    }


def test_stored_code_is_found_by_the_name_of_its_list():
    assert wording.get_member("Direction", "teaching") is Direction.TEACHING
    with pytest.raises(KeyError):
        wording.word(Unregistered.ONE)


@pytest.mark.parametrize(("language", "shown"), [("en", "Teaching"), ("zh-hans", "教学")])
def test_filter_and_choices_give_the_word_in_the_readers_language(language, shown):
    with translation.override(language):
        assert ui.word("teaching", "Direction") == ui.word(Direction.TEACHING) == shown
        assert choices_of([Direction.TEACHING]) == [("teaching", shown)]


def test_words_of_a_sentence_begin_with_a_capital_as_choices():
    with translation.override("en"):
        assert ui.word(ServiceMode.OPERATED) == "operated by staff"
        assert choices_of([ServiceMode.OPERATED]) == [("operated", "Operated by staff")]

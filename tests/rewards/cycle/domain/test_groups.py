from hypothesis import given
from hypothesis import strategies as st

from rewards.cycle.domain.groups import group_related

NUMBERS = st.integers(0, 7)


def test_relations_make_one_group_over_any_number_of_units():
    """A chain of four, one unit alone, and 9, which is no unit and joins nobody."""
    families = {1: {1, 4}, 2: {2, 3}, 3: {2, 3, 4}, 4: {1, 3, 4}, 5: {5, 9}, 6: {6, 9}}
    groups = group_related(families)
    assert [sorted(groups[unit]) for unit in (1, 2, 3, 4)] == [[1, 2, 3, 4]] * 4
    assert (groups[5], groups[6]) == ({5}, {6})


@given(st.dictionaries(NUMBERS, st.sets(NUMBERS)))
def test_groups_divide_the_units_and_keep_relations_together(families):
    groups = group_related(families)
    assert groups.keys() == families.keys()
    for unit, group in groups.items():
        assert unit in group
        assert all(groups[member] == group for member in group)
        assert families[unit] & families.keys() <= group

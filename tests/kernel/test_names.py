"""How people are named where everybody may read."""

import pytest

from instrument_share.kernel.names import mask_name


@pytest.mark.parametrize(("name", "masked"), [("张三", "张**"), (" 欧阳修 ", "欧**"), ("Ann Lee", "A**")])
def test_a_person_is_named_by_the_first_character(name, masked):
    assert mask_name(name) == masked

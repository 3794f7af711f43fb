"""Sentences of libraries that this site words itself."""

import pytest
from django import forms


def test_number_with_too_many_digits_is_refused_in_the_words_of_the_site():
    with pytest.raises(forms.ValidationError) as refused:
        forms.DecimalField(max_digits=10, decimal_places=2).clean("12345678901")
    assert refused.value.messages == ["数字位数过多，最多 10 位。"]

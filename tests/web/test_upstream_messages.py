"""Sentences of libraries that this site words itself."""

import pytest
from django import forms


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        (forms.CharField(max_length=100), "x" * 500, "最多 100 个字符，现有 500 个。"),
        (forms.CharField(), "a\0", "含有无法识别的字符，请重新填写。"),
        (forms.IntegerField(min_value=0), "-1", "不得小于 0。"),
        (forms.IntegerField(max_value=9), "10", "不得大于 9。"),
        (forms.IntegerField(), "1.5", "请填写整数。"),
        (forms.DecimalField(), "x", "请填写数字。"),
        (forms.DecimalField(max_digits=4, decimal_places=2), "1.234", "小数位数过多，最多 2 位。"),
        (forms.DecimalField(max_digits=4, decimal_places=2), "123", "整数位数过多，小数点前最多 2 位。"),
        (forms.DateField(), "x", "请填写有效日期。"),
        (forms.TimeField(), "x", "请填写有效时间。"),
        (forms.DateTimeField(), "x", "请填写有效的日期和时间。"),
        (forms.EmailField(), "x", "请填写有效的邮箱地址。"),
        (forms.URLField(assume_scheme="https"), "x:", "请填写有效网址。"),
        (forms.ChoiceField(choices=[("a", "A")]), "b", "“b”不在可选项中，请重新选择。"),
        (forms.FileField(), None, "请填写此项。"),
    ],
)
def test_a_wrong_field_is_refused_in_the_words_of_the_site(field, text, said):
    with pytest.raises(forms.ValidationError) as refused:
        field.clean(text)
    assert refused.value.messages == [said]


def test_number_with_too_many_digits_is_refused_in_the_words_of_the_site():
    with pytest.raises(forms.ValidationError) as refused:
        forms.DecimalField(max_digits=10, decimal_places=2).clean("12345678901")
    assert refused.value.messages == ["数字位数过多，最多 10 位。"]

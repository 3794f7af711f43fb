"""Read, compare, download, change and load policies on pages."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from rewards.policy.models import RewardPolicy
from rewards.policy.services import policy_load
from rewards.policy.views.reading import PRESETS
from tests.rewards.builders import AFTER
from tests.rewards.reading import text_of

CITY = (PRESETS / "yunping-draft.toml").read_text("utf-8")


@pytest.fixture
def city_policy(small):
    return policy_load(actor=small.city.officer, document=CITY, now=AFTER)


def test_everybody_reads_a_policy_with_its_draft_mark_and_curves(client, city_policy):
    answer = client.get(reverse("policy", args=[city_policy.public_id]))
    shown = text_of(answer)
    assert "草案" in shown
    assert "25 分。有效机时÷定额机时：0 得 0 分，1.2 得满分 25 分" in shown
    assert answer.content.decode().count('<svg role="img"') == 11
    listed = client.get(reverse("policies"))
    assert city_policy.title_zh in text_of(listed)
    assert "未采用：" in text_of(listed)


def test_files_are_downloaded_to_the_byte(client, city_policy):
    assert client.get(reverse("policy_file", args=[city_policy.public_id])).content.decode() == CITY
    preset = client.get(reverse("policy_preset", args=["chongqing"]))
    assert preset.content == (PRESETS / "chongqing.toml").read_bytes()
    assert client.get(reverse("policy_preset", args=["unheard-of"])).status_code == 404


def typed(form, **changes):
    initial = {name: form[name].value() for name in form.fields}
    values = {name: value for name, value in initial.items() if value not in (None, False, "")}
    return {**values, "version": "2", **changes}


def test_an_officer_makes_another_version_and_the_first_stays(login, small, city_policy):
    client = login(small.city.officer)
    address = reverse("policy_change", args=[city_policy.public_id])
    form = client.get(address).context["form"]
    path = "groups[0].indicators[0].shape.full"
    assert form.fields[path].label == "指标“有效机时率” · 满分线"
    flat = client.post(address, typed(form, **{path: "0"}))
    assert flat.status_code == 422
    assert flat.context["form"].errors == {path: ["指标“有效机时率” · 满分线：不得与零分线相同。"]}
    taken = client.post(address, typed(form, version=city_policy.version))
    assert taken.status_code == 422
    made = client.post(address, typed(form, **{path: "1.25", "caps.group": "900000", "exclude": ["related"]}))
    assert made.status_code == 302
    first, second = RewardPolicy.objects.filter(code="yunping-draft").order_by("id")
    assert first.document == CITY
    assert (second.version, second.is_draft) == ("2", True)
    query = {"before": first.public_id, "after": second.public_id}
    compared = text_of(client.get(reverse("policy_compare"), query))
    assert "1.2 得满分 25 分" in compared
    assert "1.25 得满分 25 分" in compared
    assert "关联单位合计上限 无 ¥900,000.00" in compared


def test_a_file_with_problems_is_told_in_a_policy_officers_words(login, small):
    client = login(small.city.officer)
    wrong = CITY.replace("full = 1.2", "full = 0").encode()
    answer = client.post(reverse("policy_new"), {"document": SimpleUploadedFile("p.toml", wrong)})
    assert answer.context["form"].non_field_errors() == ["指标“有效机时率” · 满分线：不得与零分线相同。"]

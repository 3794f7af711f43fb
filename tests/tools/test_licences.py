"""What a site runs: its licences, its lists, and what is known against it."""

import json
from email.message import Message
from types import SimpleNamespace

import pytest

from tools import audit, licences
from tools.licences import is_allowed, licence_of


def test_every_licence_goes_with_this_program_and_stands_on_the_page():
    assert list(licences.find_problems()) == []


def test_what_the_program_imports_is_behind_its_dependencies():
    names = {one.name for one in licences.python_components()}
    assert {"django", "cryptography", "psycopg", "sqlparse", "argon2-cffi", "fido2"} <= names
    assert names.isdisjoint({"pytest", "mypy", "hypothesis", "playwright"})
    assert {one.name for one in licences.npm_components()} >= {"echarts", "zrender", "@tabler/core"}


@pytest.mark.parametrize(
    ("expression", "good"),
    [
        ("MIT", True),
        ("EPL-2.0 OR BSD-3-Clause", True),
        ("(MIT AND Zlib) OR GPL-3.0-only", True),
        ("MIT AND GPL-3.0-only", False),
        ("AGPL-3.0-or-later", False),
        ("", False),
    ],
)
def test_one_of_the_ways_has_to_be_allowed_as_a_whole(expression, good):
    assert is_allowed(expression) is good


def package(*headers):
    told = Message()
    for name, value in headers:
        told[name] = value
    return SimpleNamespace(metadata=told)


def test_a_licence_is_read_from_its_expression_its_classifiers_or_its_text():
    classifier = ("Classifier", "License :: OSI Approved :: MIT License")
    assert licence_of(package(("License-Expression", "BSD-3-Clause"), classifier)) == "BSD-3-Clause"
    assert licence_of(package(classifier, ("License", "see file"))) == "MIT"
    assert licence_of(package(("License", "Apache License, Version 2.0"))) == "Apache-2.0"
    assert licence_of(package(("License", "Proprietary"))) == "Proprietary"
    assert licence_of(package()) == ""


def test_nothing_found_is_no_answer_where_the_advisories_were_not_asked():
    skipped = {"name": "x", "skip_reason": "Dependency not found on PyPI and could not be audited"}
    sound = {"name": "y", "version": "1", "vulns": []}
    weak = {"name": "z", "version": "1", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2"]}]}

    def read(*packages):
        return audit.read_pip_audit(json.dumps({"dependencies": packages}))

    assert audit.describe(read(sound)) == "no known vulnerability"
    assert audit.describe(read(sound, skipped)) == "the advisories could not be asked"
    assert read(weak).known == ("z 1: PYSEC-1, mended in 2",)
    assert audit.describe(audit.read_pip_audit("")) == "the advisories could not be asked"
    assert audit.read_npm_audit('{"error": {}}').answered is False
    assert audit.read_npm_audit('{"vulnerabilities": {}}').answered is True
    assert [audit.exit_code(one) for one in ([read(sound)], [read(sound), read(weak)], [read(skipped)])] == [
        0,
        1,
        2,
    ]

"""What the sources must not do anywhere, and what the parts for security are made of."""

import ast
import re
import runpy
from collections.abc import Iterator
from functools import cache
from gzip import decompress
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from cryptography.fernet import InvalidToken
from django.conf import settings
from django.contrib.auth import password_validation
from django.core import mail, signing
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.test import Client
from django.urls import reverse

from instrument_share.accounts.models import User
from instrument_share.accounts.services import kept_documents
from instrument_share.documents.sealing import signing_key
from instrument_share.web.login.second_factor import SecondFactorAdapter
from tests import factories

ROOT = Path(__file__).parents[2]
PACKAGES = ("instrument_share", "providers", "bookings", "rewards")
PASSWORD = "an-unlikely-phrase-7"


@cache
def texts() -> dict[str, str]:
    """The program's modules by path, without migrations."""
    files = [file for package in PACKAGES for file in (ROOT / package).rglob("*.py")]
    return {
        file.relative_to(ROOT).as_posix(): file.read_text(encoding="utf-8")
        for file in files
        if "migrations" not in file.parts
    }


@cache
def nodes() -> dict[type[ast.AST], list[tuple[str, Any]]]:
    """Each call, import, class and text with values, with its file."""
    kinds = (ast.Call, ast.Import, ast.ImportFrom, ast.ClassDef, ast.JoinedStr)
    found: dict[type[ast.AST], list[tuple[str, Any]]] = {kind: [] for kind in kinds}
    for file, text in texts().items():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, kinds):
                found[type(node)].append((file, node))
    return found


@pytest.fixture(scope="module", autouse=True)
def forgotten() -> Iterator[None]:
    """Keep the trees no longer than these tests need them."""
    yield
    texts.cache_clear()
    nodes.cache_clear()


def calls(*names: str) -> Iterator[tuple[str, ast.Call]]:
    """Each call of a function or method with one of these names, with its file."""
    return ((file, node) for file, node in nodes()[ast.Call] if name_of(node.func) in names)


def name_of(called: ast.expr) -> str:
    """The last part of what is called."""
    return getattr(called, "attr", "") or getattr(called, "id", "")


def files_calling(*names: str) -> set[str]:
    return {file for file, _ in calls(*names)}


def files_importing(*modules: str) -> set[str]:
    return {
        file
        for file, node in nodes()[ast.Import] + nodes()[ast.ImportFrom]
        if {getattr(node, "module", None), *(one.name for one in node.names)} & set(modules)
    }


# --- Injection ----------------------------------------------------------------------------------------------


def test_no_statement_is_put_together_from_text():
    assert files_calling("extra", "raw", "RawSQL") == set()
    made_up = (ast.JoinedStr, ast.BinOp)
    formatted = {file for file, call in calls("execute") if call.args and isinstance(call.args[0], made_up)}
    assert formatted == {  # of names of our own tables and columns; values are parameters
        "instrument_share/journal/guards.py",
        "bookings/usage/services/days.py",
        "instrument_share/upkeep/database.py",
        "instrument_share/upkeep/manifest.py",
    }


def test_no_code_is_made_or_read_from_input():
    assert files_calling("eval", "exec", "system", "popen", "from_string") == set()
    assert files_importing("marshal", "shelve", "yaml", "dill") == set()
    assert files_importing("pickle") == {  # of a process of its own, and of a file that was just written
        "instrument_share/apart.py",
        "instrument_share/pages/national/checks.py",
    }
    shells = [
        file for file, call in calls("run", "Popen") if any(one.arg == "shell" for one in call.keywords)
    ]
    assert shells == []


def test_no_regular_expression_is_made_from_input():
    made = {
        file
        for file, call in calls("compile", "search", "match", "fullmatch", "sub", "findall", "finditer")
        if ast.unparse(call.func).startswith("re.") and not is_written(call.args[0])
    }
    assert made == {  # of words, patterns and keys that stand in the sources
        "providers/search/domain/question_words.py",
        "providers/instruments/domain/customs.py",
        "rewards/policy/reports/places.py",
    }
    assert [file for file, text in texts().items() if "__regex" in text or "__iregex" in text] == []


def is_written(pattern: ast.expr) -> bool:
    """Whether a pattern stands in the source: as text, by a constant's name, or escaped."""
    if isinstance(pattern, ast.JoinedStr):
        parts = [one.value for one in pattern.values if isinstance(one, ast.FormattedValue)]
        return all(is_written(one) for one in parts)
    text = ast.unparse(pattern)
    return isinstance(pattern, ast.Constant) or text.isupper() or text.startswith("re.escape(")


def test_scripts_write_text_as_text():
    forbidden = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|postMessage|__proto__"
    )
    folders = [ROOT / package / "static" / package for package in PACKAGES]
    scripts = [file for folder in folders for file in folder.rglob("*.js")]
    assert len(scripts) > 10
    assert [file.name for file in scripts if forbidden.search(file.read_text(encoding="utf-8"))] == []


def constants(text: ast.JoinedStr) -> list[str]:
    return [str(part.value) for part in text.values if isinstance(part, ast.Constant)]


def test_the_name_of_a_download_cannot_end_its_header():
    """Names are made here: of ids, numbers and names of tables; what users named is left to Django."""
    ours = {"name", "public_id", "number", "year", "found", "booking.public_id"}
    ours |= {f"found.{name}" for name in ("public_id", "scheme", "number")}
    put_in = {
        ast.unparse(part.value)
        for _, node in nodes()[ast.JoinedStr]
        if "filename=" in "".join(constants(node))
        for part in node.values
        if isinstance(part, ast.FormattedValue)
    }
    assert put_in <= ours


def test_every_form_of_a_model_names_its_fields():
    loose = [
        file
        for file, node in nodes()[ast.ClassDef]
        if node.name == "Meta"
        for line in node.body
        if isinstance(line, ast.Assign)
        and (ast.unparse(line.targets[0]) == "exclude" or "__all__" in ast.unparse(line.value))
    ]
    assert loose == []


# --- Cryptography -------------------------------------------------------------------------------------------


def test_no_weak_hash_is_used():
    weak = re.compile(r"\b(md5|sha1|MD5|SHA1)\b")
    assert [file for file, text in texts().items() if weak.search(text)] == []


def test_randomness_for_secrets_is_that_of_the_system():
    assert {file.split("/")[1] for file in files_importing("random")} == {"demo"}
    lengths = [call.args[0].value for _, call in calls("token_urlsafe") if call.args]
    assert len(lengths) >= 4 and min(lengths) >= 16


def test_no_certificate_goes_unchecked():
    for file, text in texts().items():
        for word in (
            "CERT_NONE",
            "_unverified",
            "verify=False",
            "tls_insecure_set",
            "check_hostname = False",
        ):
            assert word not in text, file


def test_keys_made_here_are_strong_enough():
    assert signing_key.KEY_BITS >= 3072
    assert files_calling("generate_private_key") == {"instrument_share/documents/sealing/signing_key.py"}
    assert "instrument_share/transparency/keys.py" in files_importing(
        "cryptography.hazmat.primitives.asymmetric.ed25519"
    )


def test_secrets_of_factors_are_encrypted():
    """Fernet: AES in CBC mode with an HMAC by SHA-256 over all of it."""
    adapter = SecondFactorAdapter()
    hidden = adapter.encrypt("JBSWY3DPEHPK3PXP")
    assert "JBSWY3DPEHPK3PXP" not in hidden
    assert adapter.encrypt("JBSWY3DPEHPK3PXP") != hidden
    assert adapter.decrypt(hidden) == "JBSWY3DPEHPK3PXP"
    with pytest.raises(InvalidToken):
        adapter.decrypt(hidden[:-8] + ("A" if hidden[-8] != "A" else "B") + hidden[-7:])


def test_what_is_signed_is_signed_by_hmac_sha256_and_ends():
    assert signing.Signer().algorithm == "sha256"
    told = signing.dumps({"a": 1}, salt="x")
    for changed in (f"x{told}", told[:-1] + ("A" if told[-1] != "A" else "B"), "eyJhIjoxfQ"):
        with pytest.raises(signing.BadSignature):
            signing.loads(changed, salt="x")
    with pytest.raises(signing.SignatureExpired):
        signing.loads(told, salt="x", max_age=-1)
    assert settings.PASSWORD_RESET_TIMEOUT <= 3 * 24 * 3600


def test_a_link_signed_for_one_purpose_opens_no_other():
    ticket = signing.dumps({"a": 1}, salt=kept_documents.SALT)
    with pytest.raises(signing.BadSignature):
        signing.loads(ticket, salt="another purpose")


# --- Accounts -----------------------------------------------------------------------------------------------


def test_passwords_known_from_breaches_are_refused():
    lists = Path(password_validation.__file__).parent / "common-passwords.txt.gz"
    long_enough = [one for one in decompress(lists.read_bytes()).decode().split() if len(one) >= 10]
    assert len(long_enough) > 200
    for password in long_enough[::20]:
        with pytest.raises(ValidationError):
            password_validation.validate_password(password)


@pytest.mark.django_db
def test_a_new_site_has_no_account():
    assert not User.objects.exists()


@pytest.mark.django_db
def test_recovery_codes_have_enough_bits():
    made = RecoveryCodes.activate(factories.user()).get_unused_codes()
    assert len(set(made)) >= 10
    assert min(len(re.sub(r"\D", "", code)) for code in made) >= 7  # six digits have 20 bits


@pytest.mark.django_db
def test_a_reset_of_the_password_still_asks_for_the_second_factor(client):
    person = factories.user()
    TOTP.activate(person, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    client.post(reverse("account_reset_password"), {"email": person.email})
    link = re.findall(r"http://testserver(/accounts/\S+)", mail.outbox[-1].body)[0]
    form = client.get(link)["Location"]
    client.post(form, {"password1": PASSWORD, "password2": PASSWORD})
    assert "_auth_user_id" not in client.session
    browser = Client()
    answer = browser.post(reverse("account_login"), {"login": person.username, "password": PASSWORD})
    assert answer["Location"] == "/accounts/2fa/authenticate/"
    assert "_auth_user_id" not in browser.session


@pytest.mark.django_db
@pytest.mark.parametrize(
    "onward", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x"]
)
def test_login_leads_to_no_foreign_address(client, onward):
    person = factories.user()
    person.set_password(PASSWORD)
    person.save()
    typed = {"login": person.username, "password": PASSWORD, "next": onward}
    answer = client.post(reverse("account_login"), typed)
    assert answer.status_code == 302
    assert "evil" not in answer["Location"] and "javascript" not in answer["Location"]


# --- What is run --------------------------------------------------------------------------------------------


def test_debugging_is_off_unless_asked_for(monkeypatch):
    monkeypatch.delenv("DEBUG", raising=False)
    monkeypatch.setenv("SECRET_KEY", "x" * 60)
    assert runpy.run_path(str(ROOT / "instrument_share/settings.py"))["DEBUG"] is False


def test_no_credential_is_supplied(monkeypatch):
    for name in ("DEBUG", "DEMO", "BUILDING", "SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(ImproperlyConfigured):
        runpy.run_path(str(ROOT / "instrument_share/settings.py"))
    compose = (ROOT / "docker/compose.yaml").read_text(encoding="utf-8")
    assert "SECRET_KEY_FILE: /run/secrets/secret_key" in compose
    assert re.findall(r"POSTGRES_PASSWORD_FILE: (.+)", compose) == ["/run/secrets/database_password"]
    assert re.findall(r"(?:SECRET_KEY|PASSWORD|TOKEN): (?!\$)(.+)", compose) == []


def test_programs_run_without_privileges():
    assert re.search(r"^USER share$", (ROOT / "docker/Dockerfile").read_text(encoding="utf-8"), re.M)
    for unit in (ROOT / "docs/site").glob("*.service"):
        said = unit.read_text(encoding="utf-8")
        assert "User=share\n" in said and "NoNewPrivileges=yes\n" in said, unit.name
    for unit in (ROOT / "deploy").glob("*/*.service"):
        assert "User=postgres\n" in unit.read_text(encoding="utf-8"), unit.name
    assert "    user haproxy\n" in (ROOT / "deploy/templates/haproxy.cfg").read_text(encoding="utf-8")


def test_the_image_has_no_secrets_no_history_and_no_tests():
    left_out = (ROOT / "docker/Dockerfile.dockerignore").read_text(encoding="utf-8").split()
    assert {".git", "tests", "benchmarks", "var"} <= set(left_out)
    # What docs/operations.md lets a site put beside the program: keys, passwords, people and their units.
    of_a_site = {"docker/.env", "docker/secrets", "docker/certificates", "docker/cluster", "site"}
    assert of_a_site <= set(left_out)
    kept_out_of_git = (ROOT / ".gitignore").read_text(encoding="utf-8").replace("/\n", "\n").split()
    assert of_a_site - {"docker/.env"} <= {one.removeprefix("/") for one in kept_out_of_git}
    assert "--no-default-groups" in (ROOT / "docker/Dockerfile").read_text(encoding="utf-8")

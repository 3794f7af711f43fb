"""The files of three machines, as `deploy/render` writes them, and of the archive of a database."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

DEPLOY = Path(settings.BASE_DIR, "deploy")
PASSWORDS = ("DATABASE", "SUPERUSER", "REPLICATION", "PATRONI")


def render(values, *arguments):
    command = [sys.executable, DEPLOY / "render", "--values", values, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def values(tmp_path):
    """The example with passwords filled in."""
    text = (DEPLOY / "cluster.env").read_text(encoding="utf-8")
    for name in PASSWORDS:
        text = text.replace(f"{name}_PASSWORD=\n", f"{name}_PASSWORD={name.lower()}Secret1\n")
    path = tmp_path / "cluster.env"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_machine_gets_its_own_files_which_others_cannot_read(values, tmp_path):
    assert render(values, "--node", "db2", "--to", tmp_path / "db2").returncode == 0
    files = {path.name: path for path in (tmp_path / "db2").iterdir()}
    assert {name: f"{path.stat().st_mode & 0o777:o}" for name, path in files.items()} == {
        "create-database": "700",
        "etcd.yml": "600",
        "patroni.yml": "600",
    }
    patroni, etcd = (files[name].read_text(encoding="utf-8") for name in ("patroni.yml", "etcd.yml"))
    assert "name: db2\n" in patroni
    assert "listen: 10.0.0.12:5432" in patroni
    assert "synchronous_mode: true" in patroni
    assert "synchronous_mode_strict: true" in patroni
    assert "initial-cluster: db1=http://10.0.0.11:2380,db2=http://10.0.0.12:2380,db3=http" in etcd
    assert "CREATE ROLE \"share\" LOGIN PASSWORD 'databaseSecret1'" in files["create-database"].read_text()


def test_etcd_may_enter_its_folder_which_the_manuals_make(values, tmp_path):
    assert render(values, "--node", "db1", "--to", tmp_path / "db1").returncode == 0
    lines = (tmp_path / "db1/etcd.yml").read_text(encoding="utf-8").splitlines()
    folder = next(line for line in lines if line.startswith("data-dir: ")).removeprefix("data-dir: ")
    # Debian gives /var/lib/etcd to its own user alone, at each upgrade anew.
    assert not folder.startswith("/var/lib/etcd/")
    for manual in ("docs/operations.md", "docs/operations.zh-CN.md"):
        text = Path(settings.BASE_DIR, manual).read_text(encoding="utf-8")
        assert f"\ninstall -d -o postgres -g postgres -m 700 {folder}\n" in text


def test_haproxy_leads_to_the_primary_and_to_standbys(values, tmp_path):
    assert render(values, "--site", "--to", tmp_path / "site").returncode == 0
    text = (tmp_path / "site/haproxy.cfg").read_text(encoding="utf-8")
    write, read = text.split("listen write")[1].split("listen read")
    assert "/primary" in write
    assert "/replica?lag=16MB" in read
    for part in (write, read):
        assert "server db3 10.0.0.13:5432" in part
        assert "on-marked-down shutdown-sessions" in part


@pytest.mark.parametrize("manual", ["docs/operations.md", "docs/operations.zh-CN.md"])
def test_a_machine_of_the_site_needs_no_password_of_the_databases(values, tmp_path, manual):
    text = Path(settings.BASE_DIR, manual).read_text(encoding="utf-8")
    takes = next(line for line in text.splitlines() if line.endswith(" > /root/haproxy.env"))
    of_the_site = tmp_path / "haproxy.env"
    command = takes.replace("deploy/cluster.env", str(values)).replace("/root/haproxy.env", str(of_the_site))
    subprocess.run(command, shell=True, check=True)
    assert "Secret1" not in of_the_site.read_text(encoding="utf-8")
    for given, folder in ((values, "all"), (of_the_site, "own")):
        assert render(given, "--site", "--to", tmp_path / folder).returncode == 0
    files = {(tmp_path / folder / "haproxy.cfg").read_bytes() for folder in ("all", "own")}
    assert len(files) == 1
    assert "deploy/render --values /root/haproxy.env --site --to /etc/haproxy\n" in text


@pytest.mark.parametrize(
    ("filled_in", "arguments", "said"),
    [
        ("", ["--node", "db1"], "DATABASE_PASSWORD is empty"),
        ("it's", ["--node", "db1"], "DATABASE_PASSWORD may hold letters and digits only."),
        ("secret1", ["--node", "db9"], "NODES has no db9."),
    ],
)
def test_what_is_not_filled_in_is_refused(values, tmp_path, filled_in, arguments, said):
    text = values.read_text(encoding="utf-8").replace("databaseSecret1", filled_in)
    values.write_text(text, encoding="utf-8")
    done = render(values, *arguments, "--to", tmp_path / "there")
    assert done.returncode == 1
    assert said in done.stderr
    assert not (tmp_path / "there").exists()


@pytest.mark.parametrize("manual", ["docs/operations.md", "docs/operations.zh-CN.md"])
def test_each_site_makes_the_passphrase_of_its_archive_before_the_first_backup(tmp_path, manual):
    shipped = (DEPLOY / "pgbackrest/pgbackrest.conf").read_text(encoding="utf-8")
    # pgBackRest refuses an empty value, so that nothing is encrypted with what everybody can read.
    assert "\nrepo1-cipher-pass=\n" in shipped
    lines = Path(settings.BASE_DIR, manual).read_text(encoding="utf-8").splitlines()
    makes = next(line for line in lines if line.startswith("sed -i") and "repo1-cipher-pass" in line)
    assert lines.index(makes) < next(i for i, line in enumerate(lines) if line.endswith("stanza-create"))
    file = tmp_path / "pgbackrest.conf"
    made = set()
    for _ in range(2):
        file.write_text(shipped, encoding="utf-8")
        command = makes.replace("/etc/pgbackrest/pgbackrest.conf", str(file))
        subprocess.run(command, shell=True, check=True)
        text = file.read_text(encoding="utf-8")
        made |= set(re.findall(r"^repo1-cipher-pass=([0-9a-f]{96})$", text, re.MULTILINE))
        assert len(text) == len(shipped) + 96
    assert len(made) == 2

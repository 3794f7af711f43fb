"""What the check of the templates' line lengths sees."""

from tools.template_lines import long_lines


def write(path, *lengths):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join("仪" * length + "\n" for length in lengths), encoding="utf-8")


def test_lines_above_the_limit_are_listed_with_file_and_number(tmp_path):
    write(tmp_path / "app/templates/app/mail.txt", 121)
    write(tmp_path / "app/templates/app/page.html", 120, 121)
    assert list(long_lines(tmp_path)) == [
        "app/templates/app/mail.txt:1: 121 characters, more than 120",
        "app/templates/app/page.html:2: 121 characters, more than 120",
    ]


def test_files_that_are_not_our_templates_are_left_out(tmp_path):
    write(tmp_path / "app/static/app/page.html", 121)
    write(tmp_path / "app/templates/app/settings.yml", 121)
    write(tmp_path / ".venv/lib/templates/page.html", 121)
    assert list(long_lines(tmp_path)) == []

"""Markdown of units: what it may do, and what nobody can do with it."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instrument_share.web.text.markdown import ALLOWED, excerpt, picture_ids, to_html, to_plain_text

PICTURE = "/units/pictures/PIC-ABCDEFGHJK/"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("# 一级", "<h3>一级</h3>\n"),
        ("###### 六级", "<h6>六级</h6>\n"),
        ("**重** *轻* ~~废~~ `码`", "<p><strong>重</strong> <em>轻</em> <s>废</s> <code>码</code></p>\n"),
        ("- 甲\n- 乙", "<ul>\n<li>甲</li>\n<li>乙</li>\n</ul>\n"),
        ("3. 甲\n4. 乙", '<ol start="3">\n<li>甲</li>\n<li>乙</li>\n</ol>\n'),
        ("> 引", "<blockquote>\n<p>引</p>\n</blockquote>\n"),
        ("上\n下", "<p>上<br>\n下</p>\n"),
        ("```\na < b\n```", "<pre><code>a &lt; b\n</code></pre>\n"),
        ("[站](https://e.org)", '<p><a href="https://e.org" rel="nofollow noopener">站</a></p>\n'),
        ("[目录](/units/)", '<p><a href="/units/" rel="nofollow noopener">目录</a></p>\n'),
        ("<a@e.org>", '<p><a href="mailto:a@e.org" rel="nofollow noopener">a@e.org</a></p>\n'),
        (f"![扫描]({PICTURE})", f'<p><img src="{PICTURE}" alt="扫描" loading="lazy"></p>\n'),
        (
            f"![扫描]({PICTURE}#800x600)",
            f'<p><img src="{PICTURE}" alt="扫描" width="800" height="600" loading="lazy"></p>\n',
        ),
        ("![外图](https://e.org/a.png)", "<p>外图</p>\n"),
    ],
)
def test_markdown_subset_is_rendered(text, shown):
    assert to_html(text) == shown


def test_a_table_scrolls_and_its_numbers_stand_right():
    made = to_html("| 项目 | 元 |\n|---|--:|\n| 甲 | 1 |")
    assert made.startswith('<div class="table-region" role="region" tabindex="0" aria-label=')
    assert '<th class="figure" scope="col">元</th>' in made
    assert "style" not in made


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<ScRiPt src=//e.org/x.js></ScRiPt>",
    "<svg/onload=alert(1)>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](\x01javascript:alert(1))",
    "[x](vbscript:msgbox(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "![x](data:image/svg+xml;base64,PHN2Zz4=)",
    "![x](javascript:alert(1))",
    f"![x]({PICTURE}../../../logout)",
    f"![x]({PICTURE}?next=//e.org)",
    f"![x](https://e.org{PICTURE})",
    f'![" onerror="alert(1)]({PICTURE})',
    '[x](https://e.org "\\" onmouseover=\\"alert(1)")',
    "[x](//e.org)",
    "<javascript:alert(1)>",
    "[a]: javascript:alert(1)\n\n[a]",
    '```js" onload="alert(1)\nx\n```',
    "<!-- --><style>*{display:none}</style>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "| a |\n|---|\n| <img src=x onerror=alert(1)> |",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
]


class Reader(HTMLParser):
    """What a browser would make of it."""

    def __init__(self):
        super().__init__()
        self.wrong = []

    def handle_starttag(self, tag, attrs):
        if tag not in ALLOWED:
            self.wrong.append(tag)
        for name, value in attrs:
            if name not in ALLOWED.get(tag, set()) | {"rel"}:
                self.wrong.append((tag, name))
            if name == "href" and not re.match(r"https?:|mailto:|(?!//)[^:]*$|(?!//)[^:/?#]*[/?#]", value):
                self.wrong.append((tag, name, value))
            if name == "src" and not re.fullmatch(r"/units/pictures/PIC-[0-9A-Z]{10}/", value):
                self.wrong.append((tag, name, value))


def wrong_in(text):
    reader = Reader()
    reader.feed(to_html(text))
    reader.close()
    return reader.wrong


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_hostile_survives(text):
    assert wrong_in(text) == []


@given(
    st.lists(
        st.sampled_from(
            [*HOSTILE, "\n", "\n\n", "- ", "> ", "# ", "`", "[", "](", ")", "<", '"', "甲", "| "]
        ),
        max_size=8,
    ).map("".join)
)
def test_mixed_markup_is_sanitized(text):
    assert wrong_in(text) == []


def test_plain_text_drops_markup_and_excerpt_is_cut():
    text = f"# 标题\n\n- 甲 **乙**\n- `丙`\n\n上\n下 ![图]({PICTURE}) [站](https://e.org)"
    assert to_plain_text(text) == "标题 甲 乙 丙 上 下 站"
    assert excerpt("一二三四五", 5) == "一二三四五"
    assert excerpt("一二三四五六", 5) == "一二三四…"


def test_the_pictures_of_a_text():
    text = f"![a]({PICTURE}#1x1)\n\n- ![b](/units/pictures/PIC-0000000000/)\n- ![c](https://e.org/x.png)"
    assert picture_ids(text) == ["PIC-ABCDEFGHJK", "PIC-0000000000"]

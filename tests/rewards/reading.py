"""What a reader sees of an answer."""

import re


def text_of(response):
    """The words of the page's main part, in one line."""
    body = response.content.decode().split('<main id="main"')[1].partition(">")[2]
    return re.sub(r"\s+", " ", re.sub(r"<(script|style).*?</\1>|<[^>]+>", " ", body, flags=re.S))

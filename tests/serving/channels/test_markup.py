from hypothesis import given
from hypothesis import strategies as st

from serving.channels.cleaning import clean_words, disarm_words
from serving.channels.markup import to_html, to_markdown

LINK = "https://hotlead.example/leads/L-1?a=1&b=2"


def test_markdown_opens_links_and_keeps_lines() -> None:
    """A link becomes one that opens, and each line a paragraph."""
    assert to_markdown(f"a\n{LINK}") == f"a\n\n[Open]({LINK})"


def test_html_escapes_all_but_its_own_links() -> None:
    """Signs of HTML are escaped, a link is an anchor, and lines end."""
    expected = '&lt;b&gt;<br>\n<a href="https://hotlead.example/leads/L-1?a=1&amp;b=2">Open</a><br>\n&amp;'
    assert to_html(f"<b>\n{LINK}\n&") == expected


@given(st.text(st.one_of(st.sampled_from("[]()<>&#;:/!@|\\`\"'hpts x1"), st.characters()), max_size=80))
def test_no_words_of_a_stranger_become_a_link(text: str) -> None:
    """Neither Markdown nor HTML of strange words holds a link, a tag or a mention."""
    assert not set(to_markdown(disarm_words(text, 200))) & set("[]<>@|\\`")
    assert "<" not in to_html(clean_words(text, 200))


def test_an_entity_does_not_smuggle_a_tag_past_markdown() -> None:
    """Markdown reads entities, so those of a stranger come apart; an ordinary ampersand stays."""
    assert to_markdown(disarm_words("&lt;users/all&gt; &#60; R&D", 80)) == "＆lt;users/all＆gt; ＆#60; R&D"

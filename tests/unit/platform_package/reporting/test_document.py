"""One document, written as a page and as Markdown: the same content, everything escaped, nothing loaded."""

import re
from html.parser import HTMLParser

import pytest

from platform.figures.f1_charts import AskedConfiguration, history_chart
from platform.reporting.document import (
    CodeBlock,
    Document,
    Folded,
    Listing,
    Notice,
    Paragraph,
    Picture,
    Section,
    TableBlock,
)
from platform.reporting.document_html import as_html
from platform.reporting.document_markdown import as_markdown

EVIL = "</script><script>alert(1)</script><img src=http://evil.example/x.png>"
PNG = b"\x89PNG not really"
VOID = {"meta", "img", "br", "link", "input", "hr"}


class Page(HTMLParser):
    """What is in a page: its elements, the text outside scripts, and every place where it names another resource."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.open, self.links, self.text, self.sources = [], [], [], "", []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        for name, value in attrs:
            if name in {"src", "srcset", "poster", "data", "action", "background"}:
                self.sources.append(value)
            if name == "href":
                self.links.append((tag, value))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if not self.open or self.open[-1] not in {"script", "style"}:
            self.text += data


def chart():
    return history_chart([AskedConfiguration(number=0, name=EVIL, f1=0.5, state="complete")])


def document(*blocks):
    return Document(title=f"A {EVIL}", lead=(), sections=(Section("one", "One & two", tuple(blocks)),))


BLOCKS = (
    Paragraph(f"text {EVIL} and `code <b>`"),
    Notice("do not overlook"),
    Listing(("first", EVIL)),
    TableBlock(("name", "figure"), (("a|b", "0.5000 (0.1, 0.9)"), (EVIL, "-0.25")), title="A title"),
    CodeBlock(f"command {EVIL} ```", "sh"),
    Picture(name="seen", description=f"a picture {EVIL}", png=PNG),
    Picture(name="drawn", description="a chart", chart=chart()),
    Folded("more <i>", (Paragraph("inside"),)),
)


@pytest.fixture(scope="module")
def page():
    return as_html(document(*BLOCKS))


def test_a_page_is_well_formed_and_holds_every_text_as_text(page):
    parsed = Page(page)

    assert parsed.open == []
    for text in ("do not overlook", "first", "0.5000 (0.1, 0.9)", "A title", "inside", "more <i>", "code <b>"):
        assert text in parsed.text
    assert parsed.text.count(EVIL) == 7
    assert not any(tag == "img" and "evil" in str(attrs.get("src")) for tag, attrs in parsed.tags)


def test_a_page_loads_nothing_and_forbids_the_browser_to(page):
    parsed = Page(page)

    assert [source for source in parsed.sources if not source.startswith("data:")] == []
    assert [link for link in parsed.links if link[0] != "a"] == []
    assert {"iframe", "object", "embed", "link", "base"} & {tag for tag, _ in parsed.tags} == set()
    policy = next(attrs["content"] for tag, attrs in parsed.tags if attrs.get("http-equiv"))
    assert policy.startswith("default-src 'none'; ")
    assert "http" not in policy
    assert "@import" not in page[: page.index("</style>")]


def test_the_code_of_charts_is_there_once_and_only_where_it_is_needed(page):
    assert page.count("plotly.js v") == 1
    assert "plotly.js v" not in as_html(document(Paragraph("no chart")))
    assert "Plotly.newPlot" in page


def test_a_name_cannot_end_the_script_of_a_chart(page):
    script = page[page.index("Plotly.newPlot") :]

    assert EVIL not in script[: script.index("</script>")]
    assert Page(page).text.count("alert(1)") == 7


def test_equal_documents_give_equal_pages(page):
    assert as_html(document(*BLOCKS)) == page


def test_figures_of_tables_keep_their_line(page):
    cells = re.findall(r"<td([^>]*)>([^<]*)</td>", page)

    assert [bool(mark) for mark, _ in cells][:2] == [False, True]
    assert [bool(mark) for mark, cell in cells if cell == "-0.25"] == [True]


def test_markdown_says_the_same_and_points_to_the_pictures():
    text = as_markdown(document(*BLOCKS))

    assert "# A &lt;/script>" in text
    assert "> **do not overlook**" in text
    assert "| a\\|b | 0.5000 (0.1, 0.9) |" in text
    assert "(figures/seen.png)" in text
    assert "*On the page: a chart*" in text
    assert "### more &lt;i>\n\ninside" in text
    # Code stays as it is, in a fence that it cannot end.
    assert f"````sh\ncommand {EVIL} ```\n````" in text
    assert "<script" not in text.replace(f"command {EVIL} ```", "")


def test_pictures_are_found_in_folded_parts_too():
    inner = Picture(name="inner", description="", png=PNG)

    assert list(document(Folded("more", (inner,))).pictures()) == [inner]

"""The page: it stands alone, opens with the verdict, and escapes what it is told."""

from dataclasses import replace
from html.parser import HTMLParser

import numpy as np

from tests.training.reports import make_report
from training import report as rp
from training.evaluation import compute_gains
from training.plots import plot_lift


class Elements(HTMLParser):
    """Collect the elements of a page and check that each is closed."""

    VOID = ("meta", "link", "br", "img")

    def __init__(self):
        super().__init__()
        self.open, self.seen, self.attributes = [], [], []

    def handle_starttag(self, tag, attrs):
        """Remember an element."""
        self.seen.append(tag)
        self.attributes += attrs
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        """Remember an element without content."""
        self.seen.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag):
        """Close the element that is open."""
        assert self.open.pop() == tag


def write_page(path, report, caption="Lift"):
    """Write a page with two figures and parse it."""
    p = np.linspace(0.1, 0.9, 50)
    figure = plot_lift({"hotlead": compute_gains(np.tile([0.0, 1.0], 25), p)})
    rp.write_html(report, {caption: figure, "Again": figure}, path)
    page = path.read_text(encoding="utf-8")
    elements = Elements()
    elements.feed(page)
    assert not elements.open
    return page, elements


def test_the_page_stands_alone(tmp_path):
    """One file, every element closed, ids unique, no script, no address, nothing to load."""
    page, elements = write_page(tmp_path / "report.html", make_report())
    ids = [value for name, value in elements.attributes if name == "id"]
    assert "://" not in page
    assert not {"script", "link", "img", "iframe", "object"} & set(elements.seen)
    assert not [name for name, _ in elements.attributes if name.startswith("on") or name == "src"]
    assert all(value.startswith("#") for name, value in elements.attributes if name == "href")
    assert len(ids) == len(set(ids))
    assert elements.seen.count("svg") == 2
    assert "prefers-color-scheme: dark" in page
    assert "@media print" in page


def test_the_page_opens_with_the_verdict_and_holds_the_table(tmp_path):
    """The verdict comes before the table, the table before the settings, with every model in it."""
    report = make_report()
    page, _ = write_page(tmp_path / "report.html", report)
    marks = [page.index(report.verdict.sentences[0]), page.index("<table>"), page.index("<dl>")]
    assert marks == sorted(marks)
    for row in report.comparison:
        assert f"<td>{row.model}</td><td>{row.log_loss:.3f}</td>" in page


def test_everything_on_the_page_is_escaped(tmp_path):
    """Markup in any text of the report stays text."""
    evil = '"><script>x</script>{0}&'
    report = make_report(
        model=evil,
        calibrator=evil,
        calibrator_evidence={evil: 0.1},
        settings={evil: evil},
        thresholds={evil: 0.5},
        comparison=tuple(replace(row, model=evil, reference=evil) for row in make_report().comparison),
        periods=(rp.Period(name=evil, purpose=evil, rows=0, positives=0),),
        verdict=rp.Verdict(kind="lift", sentences=(evil,)),
    )
    report = replace(report, data=replace(report.data, name=evil, fingerprint=evil, warnings=(evil,)))
    page, elements = write_page(tmp_path / "report.html", report, caption=evil)
    assert "script" not in elements.seen
    assert page.count("&lt;script&gt;") >= 15

"""Progress: bars where somebody looks, plain lines where somebody logs."""

import io

from rich.console import Console

from hotlead.progress import show_progress

TITLES = {"read": "Reading", "fit": "Fitting"}


def show(console):
    """Show two steps, the second of which nobody has named."""
    with show_progress(TITLES, console) as step:
        step("read", 0, 3)
        step("read", 2, 3)
        step("fit", 0, 1)
        step("other", 0, 1)


def test_plain_lines_where_there_is_no_terminal():
    """Each step is one line when it begins, without a bar or an escape code."""
    said = io.StringIO()
    show(Console(file=said))
    assert said.getvalue() == "Reading …\nFitting …\nother …\n"


def test_bars_on_a_terminal():
    """A terminal gets a bar for each step, which are gone when all is done."""
    said = io.StringIO()
    show(Console(file=said, force_terminal=True, width=100))
    text = said.getvalue()
    assert "Reading" in text
    assert "━" in text
    assert "…" not in text
    assert "3/3" in text
    assert text.rstrip("\n").endswith("\x1b[2K")


def test_an_error_leaves_the_terminal_as_it_was():
    """The cursor comes back also where the work fails."""
    said = io.StringIO()
    try:
        with show_progress(TITLES, Console(file=said, force_terminal=True)) as step:
            step("read", 0, 1)
            raise RuntimeError("no memory")
    except RuntimeError:
        pass
    hidden, shown = said.getvalue().rfind("\x1b[?25l"), said.getvalue().rfind("\x1b[?25h")
    assert shown > hidden >= 0

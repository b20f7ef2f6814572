"""Looking: what axe-core finds on a page, and what sticks out of it on a narrow screen."""

from collections.abc import Sequence
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

_RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
_GRAVE = ("serious", "critical")
_ASK = "asked => axe.run(document, asked).then(found => found.violations)"
# What scrolls within a box of its own, with all that is placed in it, sticks out of nothing.
_STICKING_OUT = """() => {
  const width = document.documentElement.clientWidth, whole = document.documentElement.scrollWidth;
  if (whole <= width) return [];
  const cuts = box => getComputedStyle(box).overflowX !== "visible";
  const holds = box => box && box !== document.body && (cuts(box) || holds(up(box)));
  const up = each => getComputedStyle(each).position === "absolute" ? each.offsetParent : each.parentElement;
  return [...document.body.querySelectorAll("*")]
    .filter(each => each.getBoundingClientRect().right > width + 1 && !holds(up(each)))
    .map(each => each.outerHTML.slice(0, 120)).concat([`${whole} pixels on ${width}`]);
}"""


def find_barriers(page: Page, rules: Sequence[str] | None = None) -> list[str]:
    """Find what axe-core calls serious or critical, by all rules of WCAG 2.2 AA or by those named."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    only = {"type": "rule", "values": list(rules)} if rules else {"type": "tag", "values": list(_RULES)}
    found = page.evaluate(_ASK, {"runOnly": only, "resultTypes": ["violations"]})
    return [_say(each, node) for each in found if each["impact"] in _GRAVE for node in each["nodes"]]


def find_sticking_out(page: Page) -> list[str]:
    """Find what makes a page scroll sideways."""
    found: list[str] = page.evaluate(_STICKING_OUT)
    return found


def _say(violation: dict[str, Any], node: dict[str, Any]) -> str:
    return f"{violation['id']}: {node['html'][:160]} | {' '.join(node['failureSummary'].split())[:300]}"

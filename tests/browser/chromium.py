"""The system's Chromium: where it is, and how it is started."""

import os
import shutil

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


def find_chromium() -> str | None:
    """Find the browser that ``HOTLEAD_CHROMIUM`` names, else the first on the path; None where there is none."""
    named = os.environ.get("HOTLEAD_CHROMIUM")
    return named or next(filter(None, map(shutil.which, _NAMES)), None)

"""`hotlead promote`: what it refuses to put in force."""

from types import SimpleNamespace
from typing import Any

import pytest

from hotlead.verbs.promote import SuspiciousTraining, _refuse_flooded


def test_a_model_of_a_flooded_history_is_promoted_by_nobody_but_a_person() -> None:
    """It is refused with the reason, and --force takes it; one that met no flood is not asked."""
    scorer: Any = SimpleNamespace(about_={"floods": ["The source 'mail' brought 5,000 leads."]})
    with pytest.raises(SuspiciousTraining, match=r"'mail' brought 5,000 leads.*--force promotes it all the same"):
        _refuse_flooded(scorer, force=False)
    _refuse_flooded(scorer, force=True)
    scorer.about_ = {}
    _refuse_flooded(scorer, force=False)

"""The registered model as MLflow runs it: code beside an artifact of plain data, nothing pickled."""

from datetime import datetime
from pathlib import Path
from typing import Any

import mlflow
import pandas as pd

from models.artifact import load_scorer
from models.raw_leads import read_raw_leads


class RegisteredScorer(mlflow.pyfunc.PythonModel):
    """Scores frames of raw leads, as `models.raw_leads.read_raw_leads` reads them."""

    def load_context(self, context: Any) -> None:
        """Load and verify the scorer."""
        self.scorer = load_scorer(Path(context.artifacts["scorer"]))

    def predict(
        self, context: Any, model_input: pd.DataFrame, params: dict[str, Any] | None = None
    ) -> pd.DataFrame:
        """Return probability, score, bucket, low_confidence and reasons, one row a lead.

        `params` may hold `as_of`, the moment to look at leads whose row names none, and `most_reasons`.
        """
        given = params or {}
        as_of = datetime.fromisoformat(given["as_of"]) if given.get("as_of") else None
        tables = read_raw_leads(model_input, self.scorer.feature_set, as_of=as_of)
        scores = self.scorer.score_snapshots(*tables, most_reasons=int(given.get("most_reasons", 3)))
        return scores.to_frame()


mlflow.models.set_model(RegisteredScorer())

"""What the documents say of recipes is true."""

import re
import tomllib
from pathlib import Path

from training.recipes.reading import parse_recipe
from training.recipes.recipe import list_bundled_recipes

DOCUMENT = (Path(__file__).parents[3] / "docs" / "recipes.md").read_text("utf-8")


def test_the_recipe_in_the_document_is_one():
    """The example can be copied: every key is known, every value of the right kind."""
    (example,) = re.findall(r"```toml\n(.*?)```", DOCUMENT, re.DOTALL)
    recipe = parse_recipe(tomllib.loads(example))
    assert recipe.leads.ranges == {"Number of employees": "middle"}
    assert recipe.time.snapshots == "weekly"


def test_the_recipes_in_the_table_are_bundled():
    """Each name in the table of public data sets is a recipe."""
    named = re.findall(r"^\| `(\w+)` \|", DOCUMENT, re.MULTILINE)
    assert len(named) == 5
    assert set(named) <= set(list_bundled_recipes())

"""A small export with its recipe, and how it is imported, for the tests of the import."""

from training.importing.pipeline import import_history
from training.recipes.reading import parse_recipe

LEADS = """id,firm,day,state,closed,rep,worth,size,source,tags
a,A,2026-01-01,won,2026-02-01,Ann,"1,000",10-50,web,hot
b,A,2026-01-02,lost,2026-01-20,Bo,,50-100,fair,cold
c,,2026-01-03,new,,Bo,,,web,
d,B,,new,,Ann,,5,fair,
"""
RECIPE = {
    "leads": {
        "id": "id",
        "account": "firm",
        "created_at": "day",
        "owner": "rep",
        "value": "worth",
        "exclude": {"tags": "written late"},
        "firmographics": {"employees": "size"},
        "ranges": {"size": "middle"},
    },
    "outcome": {"column": "state", "won": "won", "lost": "lost", "at": "closed"},
}
EVENTS = """who,what,when,noted,pages
a,visit,2026-01-05T10:00:00Z,2026-01-05T11:00:00Z,3
a,visit,2026-01-06,,4
,visit,2026-01-07T10:00:00Z,,1
zz,visit,2026-01-07T10:00:00Z,,1
b,,2026-01-07T10:00:00Z,,1
b,call,,,1
b,call,whenever,,1
c,call,2026-01-09T10:00:00Z,2026-01-08T10:00:00Z,x
"""
WITH_EVENTS = {
    **RECIPE,
    "events": [
        {"lead": "who", "type": "what", "occurred_at": "when", "recorded_at": "noted", "properties": ["pages"]}
    ],
}


def bring_in(tmp_path, leads=LEADS, recipe=RECIPE, **options):
    """Write leads (and files named by `accounts`, `events`) and import them by a recipe."""
    path = tmp_path / "leads.csv"
    path.write_text(leads, newline="")
    for name in ("accounts", "events"):
        if name in options:
            file = tmp_path / f"{name}.csv"
            file.write_text(options[name], newline="")
            options[name] = file
    return import_history(path, recipe=parse_recipe(recipe), **options)


def with_section(**sections):
    """Return the recipe with further keys in its sections."""
    return {**RECIPE, **{name: {**RECIPE.get(name, {}), **keys} for name, keys in sections.items()}}


def codes(result):
    """Return (line, code) of the rejected rows."""
    return list(zip(result.rejected["line"], result.rejected["code"], strict=True))

"""`hotlead agreement`: write it, sign it, print it, and see whether both sides keep their word."""

import typer

from hotlead.verbs.agreement.viewing import add_views

agreement = typer.Typer(
    help="Write the agreement between marketing and sales, sign it, and see whether both sides keep their word.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
add_views(agreement)

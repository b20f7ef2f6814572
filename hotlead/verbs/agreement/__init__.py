"""`hotlead agreement`: write it, sign it, print it, and see whether both sides keep their word."""

import typer

from hotlead.verbs.agreement.check import check
from hotlead.verbs.agreement.diff import diff
from hotlead.verbs.agreement.init import init
from hotlead.verbs.agreement.print_ import print_
from hotlead.verbs.agreement.show import show
from hotlead.verbs.agreement.sign import sign
from hotlead.verbs.agreement.versions import versions
from hotlead.verbs.agreement.viewing import add_views

agreement = typer.Typer(
    help="Write the agreement between marketing and sales, sign it, and see whether both sides keep their word.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
agreement.command("init")(init)
agreement.command("check")(check)
agreement.command("sign")(sign)
agreement.command("show")(show)
agreement.command("print")(print_)
agreement.command("versions")(versions)
agreement.command("diff")(diff)
add_views(agreement)

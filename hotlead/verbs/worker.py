"""`hotlead worker`: look, tell, escalate and send in a process of its own, beside any number of servers."""

from hotlead.home import DEFAULT_HOME, HomeOption
from hotlead.store import open_store


def worker(home: HomeOption = DEFAULT_HOME) -> None:
    """Look at silent leads, tell, escalate and send, until stopped; several may run at once."""
    # A store that cannot be used is told in one line before anything starts.
    with open_store(home):
        pass
    from serving.settings import Settings
    from serving.worker import run_worker

    run_worker(Settings(home=home))

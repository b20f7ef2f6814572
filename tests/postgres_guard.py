"""A guard beside a server: ends it when its owner ends, be it by kill -9, and removes its folder.

Run as ``python postgres_guard.py FOLDER ACCOUNT COMMAND...``, where the account is JSON of what Popen takes, with
a pipe of the owner's on the standard input: the pipe closes when the owner dies.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading


def guard(folder: str, account: str, *command: str) -> None:
    """Run a command as somebody else until it ends or the standard input does."""
    server = subprocess.Popen(command, stdin=subprocess.DEVNULL, **json.loads(account))

    def end_with_the_owner() -> None:
        os.read(sys.stdin.fileno(), 1)
        server.send_signal(signal.SIGINT)

    threading.Thread(target=end_with_the_owner, daemon=True).start()
    server.wait()
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    guard(*sys.argv[1:])

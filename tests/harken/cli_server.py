"""Server that runs commands in one process: starting Python costs more than most commands.

Reads a JSON list of argument lists from stdin, writes [[status, stdout, stderr], …] to stdout.
"""

import io
import json
import subprocess
import sys
import traceback
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from types import SimpleNamespace


def call(*calls: list[str]) -> list[SimpleNamespace]:
    """Return exit status, stdout and stderr of each call."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.harken.cli_server"],
        check=False,
        input=json.dumps(calls),
        capture_output=True,
        text=True,
        timeout=240,
        cwd=Path(__file__).parents[2],
    )
    assert done.returncode == 0, f"torch was loaded, or the ring broke: {done.stderr}"
    rows = json.loads(done.stdout.splitlines()[-1])
    return [SimpleNamespace(status=s, out=out, err=err) for s, out, err in rows]


def ring(arguments: list[str]) -> tuple[int, str, str]:
    """Return exit status, stdout and stderr of ``harken ARGUMENTS``."""
    from harken.__main__ import main

    out, err, status = io.StringIO(), io.StringIO(), 0
    sys.argv = ["harken", *arguments]
    with redirect_stdout(out), redirect_stderr(err):
        try:
            main()
        except SystemExit as ended:
            status = int(ended.code or 0)
        except BaseException:  # noqa: BLE001 - what the interpreter would do
            traceback.print_exc()
            status = 1
    return status, out.getvalue(), err.getvalue()


if __name__ == "__main__":
    import nlp.models

    nlp.models.__path__.append(str(Path(__file__).with_name("models")))
    calls = json.load(sys.stdin)
    sys.stdout.write(json.dumps([ring(arguments) for arguments in calls]) + "\n")
    sys.exit("torch" in sys.modules)

"""Process that runs many commands: starting Python takes longer than most commands.

It reads a JSON list of argument lists from stdin, writes [[status, stdout, stderr], …] to stdout.
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
    process = subprocess.run(
        [sys.executable, "-m", "tests.harken.cli_server"],
        check=False,
        input=json.dumps(calls),
        capture_output=True,
        text=True,
        timeout=240,
        cwd=Path(__file__).parents[2],
    )
    assert process.returncode == 0, (
        f"torch was loaded, or a command ended the process: {process.stderr}"
    )
    rows = json.loads(process.stdout.splitlines()[-1])
    return [SimpleNamespace(status=s, out=out, err=err) for s, out, err in rows]


def run_command(arguments: list[str]) -> tuple[int, str, str]:
    """Return exit status, stdout and stderr of ``harken ARGUMENTS``."""
    from harken.__main__ import main

    out, err, status = io.StringIO(), io.StringIO(), 0
    sys.argv = ["harken", *arguments]
    with redirect_stdout(out), redirect_stderr(err):
        try:
            main()
        except SystemExit as exit_:
            status = int(exit_.code or 0)
        except BaseException:  # noqa: BLE001 - what the interpreter would do
            traceback.print_exc()
            status = 1
    return status, out.getvalue(), err.getvalue()


if __name__ == "__main__":
    import nlp.models

    nlp.models.__path__.append(str(Path(__file__).with_name("models")))
    calls = json.load(sys.stdin)
    sys.stdout.write(json.dumps([run_command(arguments) for arguments in calls]) + "\n")
    sys.exit("torch" in sys.modules)

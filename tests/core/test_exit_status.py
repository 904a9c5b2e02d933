"""An exit status is named as people know it."""

import signal

from core.exit_status import describe_exit


def test_describe_exit():
    assert describe_exit(2) == "status 2"
    assert describe_exit(-9) == "signal SIGKILL"
    assert describe_exit(0) == "status 0"
    assert describe_exit(-signal.SIGRTMIN - 3).startswith("signal "), "not every signal has a name"

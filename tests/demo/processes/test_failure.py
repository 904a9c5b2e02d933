"""A child process that ended is reported with its own last message and its log."""

import signal
import subprocess
import sys

import pytest

from core.errors import ConfigError, HarkenError
from demo.processes.failure import last_message, raise_if_ended

EVENT = '{"event": "child.started", "level": "info"}\n'


def run_to_the_end(tmp_path, code):
    log = tmp_path / "run.log"
    with log.open("w") as stream:
        process = subprocess.Popen([sys.executable, "-c", code], stdout=stream, stderr=stream)
    process.wait(60)
    return process, log


def test_mistake_keeps_its_sentences_and_exit_status(tmp_path):
    code = f"""import sys
print({EVENT!r}, "first mistake", chr(10), "second mistake", sep="", file=sys.stderr)
sys.exit(2)"""
    process, log = run_to_the_end(tmp_path, code)
    with pytest.raises(ConfigError) as error:
        raise_if_ended(process, "harken run", log)
    lines = str(error.value).splitlines()
    assert lines == [f"harken run ended with status 2. Log: {log}", *lines[1:]]
    assert lines[1:] == ["first mistake", "second mistake"]
    assert error.value.exit_status == 2


def test_only_the_last_line_of_a_traceback_is_repeated(tmp_path):
    process, log = run_to_the_end(tmp_path, "{}['gone']")
    with pytest.raises(HarkenError) as error:
        raise_if_ended(process, "harken run", log)
    assert not isinstance(error.value, ConfigError)
    assert str(error.value).splitlines()[1:] == ["KeyError: 'gone'"]


def test_a_killed_process_is_reported_with_its_signal(tmp_path):
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    raise_if_ended(process, "The site", tmp_path / "none.log")
    process.send_signal(signal.SIGKILL)
    process.wait(60)
    with pytest.raises(HarkenError, match=r"The site ended with signal SIGKILL. Log: .*none\.log$"):
        raise_if_ended(process, "The site", tmp_path / "none.log")


def test_a_log_that_ends_with_an_event_has_no_message(tmp_path):
    log = tmp_path / "run.log"
    log.write_text("an old sentence\n" + EVENT)
    assert last_message(log) == []

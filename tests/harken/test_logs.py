"""Log: one line for each event, with any text; JSON unless stderr is a terminal."""

import json
import logging
import re
import subprocess
import sys
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ConfigError, PermanentError, QueryError, TransientError
from harken.logs import _is_ours_or_error, safe_message

HOSTILE = "a\nb\r\x1b[31mred\x1b[0m\u2028c\x00 \u202e"


def log_lines(code, level="INFO", before=""):
    """Return the lines of *code* on stderr, in its own process: logging is global."""
    imports = (
        f"import logging, structlog, sys\nfrom harken.logs import configure_logging\n{before}\n"
    )
    program = f"{imports}configure_logging({level!r}, step='test')\n{textwrap.dedent(code)}"
    process = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, timeout=60
    )
    assert process.returncode == 0, process.stderr.decode()
    assert process.stdout == b""
    return process.stderr


@pytest.mark.slow
def test_foreign_text_stays_on_its_line():
    raw = log_lines(
        f"""
        hostile = {HOSTILE!r}
        structlog.get_logger().info("crawl.ended", reason=hostile, **{{"k" + hostile: 1}})
        logging.getLogger("harken").warning("told %s", hostile)
        """
    )
    lines = raw.splitlines()
    assert len(lines) == 2
    assert b"\x1b" not in raw
    assert b"\x00" not in raw
    first, second = map(json.loads, lines)
    assert (first["event"], first["reason"]) == ("crawl.ended", HOSTILE)
    assert second["event"] == f"told {HOSTILE}"


@pytest.mark.slow
def test_every_line_has_time_level_and_step():
    (line,) = map(json.loads, log_lines("structlog.get_logger().info('x.y')").splitlines())
    assert line.pop("timestamp").endswith("Z")
    assert line == {"event": "x.y", "level": "info", "step": "test"}


@pytest.mark.slow
def test_libraries_log_errors_only():
    """Scrapy logs every page and would quote its text."""
    raw = log_lines(
        """
        for name in ("scrapy.core.engine", "twisted", "uvicorn.access", "apscheduler", "alembic"):
            logging.getLogger(name).setLevel(logging.DEBUG)
            logging.getLogger(name).info("the text of a mention")
            logging.getLogger(name).warning("the text of a mention")
        logging.getLogger("scrapy").error("grave")
        """
    )
    assert [json.loads(line)["event"] for line in raw.splitlines()] == ["grave"]


@pytest.mark.slow
def test_level_warning_omits_information():
    raw = log_lines(
        """
        structlog.get_logger().info("letter.sent")
        structlog.get_logger().warning("job.missed")
        """,
        level="WARNING",
    )
    assert [json.loads(line)["event"] for line in raw.splitlines()] == ["job.missed"]


@pytest.mark.slow
def test_traceback_of_a_library_is_one_line():
    raw = log_lines(
        """
        try:
            raise ValueError("first\\nsecond")
        except ValueError:
            logging.getLogger("scrapy").exception("it failed")
        """
    )
    (line,) = raw.splitlines()
    assert json.loads(line)["event"] == "it failed"


# ---- on a terminal

ON_TERMINAL = "sys.stderr.isatty = lambda: True"


@pytest.mark.slow
def test_terminal_gets_short_lines_without_empty_values():
    raw = log_lines(
        "structlog.get_logger().info('crawl.ended', source='blog', reason=None, new=0, dropped={})",
        before=f"import os; os.environ['TERM'] = 'dumb'; {ON_TERMINAL}",
    )
    (line,) = raw.decode().splitlines()
    assert re.fullmatch(
        r"\d\d:\d\d:\d\dZ \[info\] crawl\.ended source=blog new=0 step=test", line
    ), line


@pytest.mark.slow
def test_terminal_gets_no_control_characters_of_foreign_text():
    raw = log_lines(
        f"""
        hostile = {HOSTILE!r}
        structlog.get_logger().info("crawl.ended", reason=hostile, **{{"k" + hostile: hostile}})
        logging.getLogger("harken").warning("told %s", hostile)
        """,
        before=f"import os; os.environ['TERM'] = 'dumb'; {ON_TERMINAL}",
    )
    assert len(raw.splitlines()) == 2
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u202e]", raw.decode())


@pytest.mark.slow
def test_terminal_gets_the_place_of_an_error_without_its_text():
    raw = log_lines(
        """
        text_of_a_mention = "canary"
        try:
            raise ValueError(f"first\\n{text_of_a_mention}")
        except ValueError:
            logging.getLogger("scrapy").exception("it failed")
        """,
        before=f"import os; os.environ['TERM'] = 'dumb'; {ON_TERMINAL}",
    )
    (line,) = raw.decode().splitlines()
    assert "[error] it failed step=test error='ValueError at __main__:" in line
    assert "canary" not in line


# ---- messages of errors


def with_traceback(error):
    """Return *error* with the traceback that it has when logged."""
    try:
        raise error
    except type(error) as exception:
        return exception


@given(st.text(), st.sampled_from([ValueError, KeyError, RuntimeError, OSError, UnicodeError]))
def test_message_of_a_foreign_error_is_class_and_place(text, kind):
    """Such a message may contain a text of a mention."""
    place = safe_message(with_traceback(kind(f"canary {text}")))
    assert place.startswith(f"{kind.__name__} at tests.harken.test_logs:")
    assert "canary" not in place
    assert place.rpartition(":")[2].isdecimal()


@pytest.mark.parametrize(
    "error",
    [ConfigError("a"), TransientError("b"), PermanentError("c"), QueryError("d", column=0)],
)
def test_message_of_an_own_error_is_its_sentence(error):
    assert safe_message(with_traceback(error)) == str(error)


def test_error_without_a_traceback_has_no_place():
    assert safe_message(ValueError("the text of a mention")) == "ValueError"


@pytest.mark.parametrize(
    ("name", "level", "expected"),
    [
        ("harken.runtime.run", logging.INFO, True),
        ("crawlers.source_run", logging.WARNING, True),
        ("scrapy.core.engine", logging.WARNING, False),
        ("elastic_transport.transport", logging.INFO, False),
        ("elastic_transport.node_pool", logging.WARNING, False),
        ("py.warnings", logging.WARNING, False),
        ("scrapyish", logging.INFO, True),
        ("scrapy", logging.ERROR, True),
        ("elastic_transport", logging.CRITICAL, True),
    ],
)
def test_loggers_and_levels(name, level, expected):
    entry = logging.LogRecord(name, level, "", 0, "", None, None)
    assert _is_ours_or_error(entry) is expected

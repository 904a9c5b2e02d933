"""Log: one line for each event, whatever text it contains; JSON where no terminal is."""

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


def journal(code, level="INFO", before=""):
    """Return the lines of *code* on stderr, in its own process: logging is global."""
    begin = f"import logging, structlog, sys\nfrom harken.logs import configure_logging\n{before}\n"
    whole = f"{begin}configure_logging({level!r}, step='test')\n{textwrap.dedent(code)}"
    done = subprocess.run(
        [sys.executable, "-c", whole], check=False, capture_output=True, timeout=60
    )
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout == b""
    return done.stderr


@pytest.mark.slow
def test_nothing_that_a_stranger_wrote_breaks_out_of_its_line():
    raw = journal(
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
def test_every_line_says_when_how_grave_and_of_which_step():
    (line,) = map(json.loads, journal("structlog.get_logger().info('x.y')").splitlines())
    assert line.pop("timestamp").endswith("Z")
    assert line == {"event": "x.y", "level": "info", "step": "test"}


@pytest.mark.slow
def test_libraries_speak_up_from_errors_on():
    """Scrapy logs every page and would quote its text."""
    raw = journal(
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
def test_with_json_on_stdout_only_warnings_are_told():
    raw = journal(
        """
        structlog.get_logger().info("letter.sent")
        structlog.get_logger().warning("job.missed")
        """,
        level="WARNING",
    )
    assert [json.loads(line)["event"] for line in raw.splitlines()] == ["job.missed"]


@pytest.mark.slow
def test_a_traceback_of_a_library_is_one_line_too():
    raw = journal(
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
def test_a_terminal_gets_short_lines_without_empty_values():
    raw = journal(
        "structlog.get_logger().info('crawl.ended', source='blog', reason=None, new=0, dropped={})",
        before=f"import os; os.environ['TERM'] = 'dumb'; {ON_TERMINAL}",
    )
    (line,) = raw.decode().splitlines()
    assert re.fullmatch(
        r"\d\d:\d\d:\d\dZ \[info\] crawl\.ended source=blog new=0 step=test", line
    ), line


@pytest.mark.slow
def test_nothing_that_a_stranger_wrote_reaches_a_terminal_as_a_command():
    raw = journal(
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
def test_a_terminal_gets_the_place_of_an_error_and_no_text_of_it():
    raw = journal(
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


def caught(error):
    """Return *error* with the traceback that it has when logged."""
    try:
        raise error
    except type(error) as arrived:
        return arrived


@given(st.text(), st.sampled_from([ValueError, KeyError, RuntimeError, OSError, UnicodeError]))
def test_of_a_strangers_error_no_word_is_told(text, kind):
    """It may quote a mention: only its class and location are logged."""
    place = safe_message(caught(kind(f"canary {text}")))
    assert place.startswith(f"{kind.__name__} at tests.harken.test_logs:")
    assert "canary" not in place
    assert place.rpartition(":")[2].isdecimal()


@pytest.mark.parametrize(
    "error",
    [ConfigError("a"), TransientError("b"), PermanentError("c"), QueryError("d", column=0)],
)
def test_of_our_own_errors_the_sentence_is_told(error):
    assert safe_message(caught(error)) == str(error)


def test_an_error_that_was_never_raised_has_no_place():
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
def test_who_may_speak(name, level, expected):
    entry = logging.LogRecord(name, level, "", 0, "", None, None)
    assert _is_ours_or_error(entry) is expected

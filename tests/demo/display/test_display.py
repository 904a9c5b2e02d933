"""Progress of the demo: bars on a terminal, one line per step elsewhere."""

import io
import os
import pty
import re
import select

import pytest

from demo.display.bars import BarDisplay, open_display
from demo.display.plain import PlainDisplay


def run_steps(display):
    display.print_line("Corpus written: 3,612 posts")
    display.show_status("Crawling and scoring")
    for n in range(0, 1201, 300):
        display.update_step("Crawling", f"{n:,} of ~3,612 [red]", n / 3612)
        display.show_status("Crawling and scoring", f"it ends in {9 - n // 300} minutes")
    display.finish_step("Crawling", "Crawled: 3,612 mentions")
    display.close()
    display.print_line("Console: http://127.0.0.1:1")


def test_without_a_terminal_each_line_is_printed_once():
    stream = io.StringIO()
    run_steps(open_display(stream))
    assert stream.getvalue().splitlines() == [
        "Corpus written: 3,612 posts",
        "Crawling and scoring",
        "Crawling and scoring; it ends in 9 minutes",
        "Crawled: 3,612 mentions",
        "Console: http://127.0.0.1:1",
    ]
    assert not re.search(r"[\r\x1b]", stream.getvalue())


@pytest.fixture
def terminal(monkeypatch):
    monkeypatch.setenv("TERM", "xterm-256color")
    main_end, terminal_end = pty.openpty()
    with os.fdopen(terminal_end, "w") as stream:
        yield main_end, stream
    os.close(main_end)


def read_until(main_end, words):
    text = ""
    while words not in text:
        assert select.select([main_end], [], [], 30)[0], text
        text += re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\r", "", os.read(main_end, 65536).decode())
    return text


def test_terminal_shows_bars_and_then_final_lines(terminal):
    main_end, stream = terminal
    display = open_display(stream)
    assert isinstance(display, BarDisplay)
    display.update_step("Scoring", "300 of ~3,612 [red]", 0.1)
    text = read_until(main_end, "300 of ~3,612 [red]")
    assert re.search("Scoring +━+", text)
    display.finish_step("Scoring", "Scored: 3,612 mentions")
    read_until(main_end, "Scored: 3,612 mentions\n")
    display.close()
    read_until(main_end, "\n")
    display.print_line("Console: http://127.0.0.1:1")
    assert read_until(main_end, "127.0.0.1:1\n").strip() == "Console: http://127.0.0.1:1"


def test_dumb_terminal_gets_plain_lines(terminal, monkeypatch):
    monkeypatch.setenv("TERM", "dumb")
    assert isinstance(open_display(terminal[1]), PlainDisplay)

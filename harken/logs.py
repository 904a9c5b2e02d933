"""Logging to stderr, one line for each event: JSON, or a readable line on a terminal.

JSON escapes newlines and control codes; the readable line does without them.
"""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, Final

import structlog

from core.errors import HarkenError

_QUIET_LOGGERS: Final = (
    *("scrapy", "twisted", "uvicorn", "apscheduler", "alembic", "asyncio", "py"),
    *("elastic_transport", "elasticsearch"),
)


def safe_message(error: BaseException) -> str:
    """Return a message of *error* that quotes no text of a post.

    That is the message of a ``HarkenError``; of any other its class, module and line.
    """
    if isinstance(error, HarkenError):
        return str(error)
    frame = error.__traceback__
    while frame and frame.tb_next:
        frame = frame.tb_next
    location = f" at {frame.tb_frame.f_globals.get('__name__')}:{frame.tb_lineno}" if frame else ""
    return type(error).__name__ + location


def _is_ours_or_error(entry: logging.LogRecord) -> bool:
    """Drop entries of libraries below ERROR; a filter, because Scrapy resets logger levels."""
    return entry.levelno >= logging.ERROR or entry.name.partition(".")[0] not in _QUIET_LOGGERS


def is_terminal() -> bool:
    """Return True if a person watches stderr: it is a terminal, not a file or a pipe."""
    return sys.stderr.isatty()


def configure_logging(level: str = "INFO", **context: str) -> None:
    """Send structlog and the standard library's loggers to stderr.

    Each event is a JSON line, or a short readable line on a terminal. *context* is added to every
    line.
    """
    common_processors: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*common_processors, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
    handler = _StderrHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=common_processors,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_renderers(),
            ],
        )
    )
    handler.addFilter(_is_ours_or_error)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    structlog.contextvars.bind_contextvars(**context)


class _StderrHandler(logging.Handler):
    """Handler that writes to the stderr of the moment, which a progress bar replaces."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write *record* as one line."""
        print(self.format(record), file=sys.stderr, flush=True)


def _renderers() -> list[structlog.typing.Processor]:
    if not is_terminal():
        return [structlog.processors.JSONRenderer()]
    from rich.console import Console

    console = Console(stderr=True)
    has_colours = console.color_system is not None and not console.no_color
    return [
        _shorten,
        structlog.dev.ConsoleRenderer(
            colors=has_colours, sort_keys=False, pad_event_to=0, pad_level=False
        ),
    ]


def _shorten(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Return *event* for a terminal: the time of day, no empty values, no control codes.

    An exception is its place instead of a traceback, which may quote a text.
    """
    exception = event.pop("exc_info", None)
    if isinstance(exception, tuple) and isinstance(exception[1], BaseException):
        event["error"] = safe_message(exception[1])
    short_event = {
        _printable(key): _printable(value) if isinstance(value, str) else value
        for key, value in event.items()
        if value not in (None, "", {}, [])
    }
    return short_event | {"timestamp": f"{event['timestamp'][11:19]}Z"}


def _printable(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in text)

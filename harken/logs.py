"""Logs: one JSON line an event on stderr; newlines and escape codes cannot break out."""

import logging
import sys
from typing import Final

import structlog

from core.errors import HarkenError

_QUIET: Final = (
    *("scrapy", "twisted", "uvicorn", "apscheduler", "alembic", "asyncio", "py"),
    *("elastic_transport", "elasticsearch"),
)


def told(error: BaseException) -> str:
    """*error* as it may be logged or shown: only our own sentences never quote a text."""
    if isinstance(error, HarkenError):
        return str(error)
    last = error.__traceback__
    while last and last.tb_next:
        last = last.tb_next
    place = f" at {last.tb_frame.f_globals.get('__name__')}:{last.tb_lineno}" if last else ""
    return type(error).__name__ + place


def _is_ours_or_grave(entry: logging.LogRecord) -> bool:
    """Libraries speak up from errors on; Scrapy resets its own levels, so a filter it is."""
    return entry.levelno >= logging.ERROR or entry.name.partition(".")[0] not in _QUIET


def open_journal(level: str = "INFO", **bound: str) -> None:
    """Send structlog and the standard library's loggers to stderr as JSON lines."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    handler.addFilter(_is_ours_or_grave)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    structlog.contextvars.bind_contextvars(**bound)

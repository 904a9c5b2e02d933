"""Logging to stderr, one JSON line for each event; JSON escapes newlines and control codes."""

import logging
import sys
from typing import Final

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


def configure_logging(level: str = "INFO", **context: str) -> None:
    """Send structlog and the standard library's loggers to stderr as JSON lines.

    *context* is added to every line.
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
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=common_processors,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    handler.addFilter(_is_ours_or_error)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    structlog.contextvars.bind_contextvars(**context)

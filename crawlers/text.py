"""Text for the database: valid Unicode, of limited length."""

import re
from datetime import datetime
from typing import Final

TEXT_LIMIT: Final = 32_768  # bytes of UTF-8; a longer post is cut and ends in CUT_MARK
CUT_MARK: Final = " […]"
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")  # rejected by PostgreSQL and UTF-8


def make_valid(text: str) -> str:
    """Return *text* without NUL; a lone surrogate becomes U+FFFD."""
    if text.isascii() and "\x00" not in text:  # most texts are; this is twenty times as fast
        return text
    return _UNSTORABLE.sub(lambda found: "" if found.group() == "\x00" else "\ufffd", text)


def truncate(text: str, limit: int = TEXT_LIMIT) -> str:
    """Return *text* in at most *limit* bytes of UTF-8; a cut text ends in :data:`CUT_MARK`."""
    utf8 = text.encode()
    if len(utf8) <= limit:
        return text
    prefix = utf8[: limit - len(CUT_MARK.encode())].decode(errors="ignore")
    return prefix.rstrip() + CUT_MARK


def language_code(tag: str) -> str | None:
    """Return the ISO 639-1 code of a language *tag* as "pt-BR"; None if it has another form."""
    code = tag.lower().replace("_", "-").partition("-")[0]
    return code if len(code) == 2 else None  # noqa: PLR2004 - ISO 639-1; "fil" is not "fi"


def edit_time(published: datetime | None, modified: datetime | None) -> datetime | None:
    """Return the time of an edit: *modified* if it is later than *published*, else None."""
    return modified if published and modified and modified > published else None


def compose(title: str, body: str) -> str:
    """Return title and body as one text; the body alone if it begins with the title."""
    start = " ".join(title.rstrip("….").split())
    if " ".join(body[: 2 * len(title)].split()).startswith(start):
        return body
    return f"{title}\n\n{body}".strip()

"""The key of the voices: in a file outside the database, so that neither alone names anybody."""

import os
import secrets
from pathlib import Path


def voice_key(state: Path) -> bytes:
    """The 32 bytes in ``voice.key`` of *state*; made at the first call, readable by us alone.

    Losing or replacing the file breaks the link between old and new mentions of one author.
    """
    path = state / "voice.key"
    state.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        draft = path.with_suffix(f".{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_bytes(secrets.token_bytes(32))
        try:
            os.link(draft, path)  # the first of two that start together wins
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_bytes()

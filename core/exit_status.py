"""The exit status of a process in words."""

import signal


def describe_exit(code: int) -> str:
    """Return an exit status in words; a negative one is a signal."""
    if code >= 0:
        return f"status {code}"
    signal_names = {member.value: member.name for member in signal.Signals}
    return f"signal {signal_names.get(-code, -code)}"

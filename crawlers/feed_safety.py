"""Checks before a feed is parsed: XML attacks are rejected."""

import re

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from core.errors import PermanentError


def reject_unsafe_feed(xml: str) -> None:
    """Raise an error unless a feed parser may read *xml*, of which the end tag was seen.

    An ill-formed feed (a bare ``&``) passes, as feed readers accept it.

    Raises:
        PermanentError: entities or external references.
    """
    try:
        fromstring(xml)
    except DefusedXmlException as error:
        raise PermanentError(f"rejected: its XML declares {_attack_name(error)}") from None
    except (ParseError, ValueError, LookupError):
        pass


def _attack_name(error: DefusedXmlException) -> str:
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(error).__name__)
    return words.removesuffix(" Forbidden").lower()

"""Every setting, with its default and a sentence of help. Inert values: nothing is opened here."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr

_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_DURATION: Final = re.compile(r"([0-9]+)([smhd])")
LONGEST: Final = 36_500 * 86_400  # seconds: a century
_SECOND: Final = timedelta(seconds=1)
_DAY: Final = timedelta(days=1)


def _duration(value: Any) -> Any:
    if isinstance(value, timedelta):
        return value
    found = _DURATION.fullmatch(str(value))
    if not found:
        raise ValueError("should be a duration such as 90s, 15m, 2h or 28d")
    seconds = int(found[1]) * _UNITS[found[2]]
    if seconds > LONGEST:
        raise ValueError("should be a duration of at most 36500d")
    return timedelta(seconds=seconds)


def _zone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError("should be an IANA time zone such as Europe/Berlin")
    return ZoneInfo(value).key


def _shaped(pattern: str, right: str) -> AfterValidator:
    """Takes what *pattern* matches as a whole; of all else it says that it should be *right*."""
    shape = re.compile(pattern)

    def _check(value: str) -> str:
        if not shape.fullmatch(value):
            raise ValueError(f"should be {right}")
        return value

    return AfterValidator(_check)


Duration = Annotated[timedelta, BeforeValidator(_duration)]
Zone = Annotated[str, AfterValidator(_zone)]
Slug = Annotated[
    str,
    _shaped(
        "[a-z0-9][a-z0-9_-]{0,62}",
        "lower-case letters, digits, hyphens and underscores such as acme-bikes",
    ),
]
ClockTime = Annotated[str, _shaped("([01][0-9]|2[0-3]):[0-5][0-9]", "a time such as 07:30")]
Prefix = Annotated[
    str, _shaped("[a-z][a-z0-9-]*", "a letter, then letters, digits and hyphens such as harken")
]
WebAddress = Annotated[str, _shaped(r"https?://\S+", "an address such as https://harken.example")]
MailAddress = Annotated[str, _shaped(r"[^@\s]+@[^@\s]+", "an address such as ada@acme.example")]

Name = Annotated[str, _shaped(r"(?=.*\w)[^\n]{1,100}", "a name of at most 100 characters")]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ConsoleSettings(_Part):
    """Where the console listens."""

    host: str = Field("127.0.0.1", description="Address to bind; only loopback until accounts.")
    port: int = Field(8642, ge=0, le=65535, description="Port; 0 takes a free one.")
    base_url: WebAddress | None = Field(None, description="How readers of mails reach the console.")


class CrawlSettings(_Part):
    """How politely and how long a crawl may go on."""

    user_agent: str = Field("Harken/0.1", description="Names Harken to the sites it reads.")
    contact: str | None = Field(None, description="URL or mail address added to the user agent.")
    deadline: Duration = Field(
        timedelta(minutes=10), ge=_SECOND, description="A batch is ended after this."
    )
    delay: Duration = Field(timedelta(seconds=1), description="Pause between requests to a host.")
    batch: int = Field(500, ge=1, le=500, description="Most sources in one crawl process.")


class MailSettings(_Part):
    """The SMTP server that takes briefs and digests."""

    host: str = Field(description="Name of the SMTP server.")
    port: int = Field(587, ge=1, le=65535, description="Its port.")
    sender: str = Field(description="The From address.")
    security: Literal["none", "starttls", "tls"] = Field(
        "starttls", description="How it is encrypted; what is asked for is required."
    )
    username: str | None = Field(None, description="Account on the server, if it wants one.")
    password: SecretStr | None = Field(None, description="Or in HARKEN_MAIL__PASSWORD[_FILE].")


class ModelSettings(_Part):
    """Which model scores."""

    name: str = Field("e5", description="A module of nlp.models.")
    weights: Path | None = Field(None, description="Adapter file; none: the packaged one.")
    engine: str = Field("torch", description="A module of nlp.engines; openvino: the extra `fast`.")
    workers: int = Field(2, ge=1, le=64, description="Analyse workers, of one thread each.")


class WatchSettings(_Part):
    """A brand, competitor, campaign or issue to listen for."""

    slug: Slug = Field(description="Its short name; never change it.")
    name: str = Field(description="How people call it.")
    kind: Literal["brand", "competitor", "campaign", "issue"] = Field("brand", description="Kind.")
    query: str = Field(description="Which posts are about it, in the query language.")
    topics: tuple[Slug, ...] = Field((), description="Topics counted apart; none: all.")
    products: tuple[Name, ...] = Field((), description="Its products, told where posts name them.")
    people: tuple[Name, ...] = Field(
        (), description="Who speaks for it in public: full names; nobody else is ever named."
    )
    purpose: str = Field("", description="Why we listen; shown beside the numbers.")
    retention: Duration = Field(
        timedelta(days=365), ge=_DAY, description="Older mentions are not taken."
    )
    zone: Zone | None = Field(None, description="Clock of its daily rhythm; none: the zone above.")


class TopicSettings(_Part):
    """A topic of the taxonomy; its sentences define it."""

    id: Slug = Field(description="Its short name; renaming it changes no result.")
    name: str = Field(description="How people call it.")
    sentences: tuple[str, ...] = Field(min_length=1, description="One or two that describe it.")
    examples: tuple[str, ...] = Field(
        (), description="Posts about it, or a file of them: JSON lines with text and label."
    )


class SourceSettings(_Part):
    """One feed, forum, tag or site to crawl."""

    slug: Slug = Field(description="Its short name; never change it.")
    kind: str = Field(description="A module of crawlers.sources.")
    every: Duration = Field(
        timedelta(minutes=15), ge=_SECOND, description="How often it is crawled."
    )
    options: dict[str, Any] = Field(default_factory=dict, description="What its kind asks for.")
    allow_loopback: bool = Field(False, description="Let it reach this machine; for tests.")
    delay: Duration | None = Field(None, description="Pause for its host; none: crawl.delay.")


class PersonSettings(_Part):
    """Somebody who uses Harken."""

    slug: Slug = Field(description="Short name.")
    name: str = Field(description="Full name.")
    email: MailAddress | None = Field(None, description="Where letters go.")


class SubscriptionSettings(_Part):
    """Who gets which letters."""

    slug: Slug = Field(description="Short name.")
    person: Slug = Field(description="Slug of a person.")
    kind: Literal["brief", "digest"] = Field(description="brief: at once; digest: once a day.")
    channel: Literal["email"] = Field("email", description="A module of alerts.channels.")
    at: ClockTime = Field("07:30", description="When the digest comes, on the reader's clock.")
    zone: Zone | None = Field(None, description="The reader's clock; none: the zone above.")
    watches: tuple[Slug, ...] = Field((), description="Only these; none: all.")


class Settings(_Part):
    """All of harken.yaml."""

    state: Path = Field(Path("state"), description="Folder of record, index and keys.")
    record: str | None = Field(None, description="Database URL; none: SQLite in the state folder.")
    index: str = Field("tantivy", description="tantivy, or the URL of an Elasticsearch 8 or 9.")
    index_prefix: Prefix = Field("harken", description="Index names.")
    zone: Zone = Field("UTC", description="Default clock of watches and readers.")
    console: ConsoleSettings = ConsoleSettings()
    crawl: CrawlSettings = CrawlSettings()
    mail: MailSettings | None = Field(None, description="None: letters stay in the console.")
    model: ModelSettings = ModelSettings()
    watches: tuple[WatchSettings, ...] = ()
    topics: tuple[TopicSettings, ...] = ()
    sources: tuple[SourceSettings, ...] = ()
    people: tuple[PersonSettings, ...] = ()
    subscriptions: tuple[SubscriptionSettings, ...] = ()

    @property
    def base_url(self) -> str:
        """How readers of mails reach the console; no slash at the end."""
        said = self.console.base_url or f"http://{self.console.host}:{self.console.port}"
        return said.rstrip("/")

    @property
    def record_url(self) -> str:
        """Where the record lives."""
        return self.record or f"sqlite:///{self.state / 'record.db'}"

"""Every setting, with its default and a sentence of help. Inert values: nothing is opened here."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr

from config.own_accounts import parse_own_account
from core.mention import Sentiment
from core.timestamps import check_zone

_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_DURATION: Final = re.compile(r"([0-9]+)([smhd])")
MAX_DURATION_S: Final = 36_500 * 86_400  # seconds: a century
_SECOND: Final = timedelta(seconds=1)
_DAY: Final = timedelta(days=1)


def _parse_duration(value: Any) -> Any:
    if isinstance(value, timedelta):
        return value
    match = _DURATION.fullmatch(str(value))
    if not match:
        raise ValueError("should be a duration such as 90s, 15m, 2h or 28d")
    seconds = int(match[1]) * _UNITS[match[2]]
    if seconds > MAX_DURATION_S:
        raise ValueError("should be a duration of at most 36500d")
    return timedelta(seconds=seconds)


def _check_own_account(value: str) -> str:
    parse_own_account(value)
    return value


def _full_match(pattern: str, description: str) -> AfterValidator:
    """Return a validator that accepts a full match of *pattern*, else reports *description*."""
    regex = re.compile(pattern)

    def _check(value: str) -> str:
        if not regex.fullmatch(value):
            raise ValueError(f"should be {description}")
        return value

    return AfterValidator(_check)


Duration = Annotated[timedelta, BeforeValidator(_parse_duration)]
Zone = Annotated[str, AfterValidator(check_zone)]
Slug = Annotated[
    str,
    _full_match(
        "[a-z0-9][a-z0-9_-]{0,62}",
        "lower-case letters, digits, hyphens and underscores, at most 63, such as acme-bikes",
    ),
]
ClockTime = Annotated[str, _full_match("([01][0-9]|2[0-3]):[0-5][0-9]", "a time such as 07:30")]
Prefix = Annotated[
    str, _full_match("[a-z][a-z0-9-]*", "a letter, then letters, digits and hyphens such as harken")
]
Sha256 = Annotated[
    str, _full_match("[0-9a-f]{64}", "64 digits of 0 to 9 and a to f, as sha256sum prints them")
]
WebAddress = Annotated[
    str, _full_match(r"https?://\S+", "an address such as https://harken.example")
]
MailAddress = Annotated[str, _full_match(r"[^@\s]+@[^@\s]+", "an address such as ada@acme.example")]

Device = Annotated[str, _full_match("auto|cpu|cuda(:[0-9]{1,3})?", "auto, cpu, cuda or cuda:N")]
OwnAccountText = Annotated[str, Field(max_length=200), AfterValidator(_check_own_account)]
Name = Annotated[str, _full_match(r"(?=.*\w)[^\n]{1,100}", "a name of at most 100 characters")]


SHARE_SUM_TOLERANCE: Final = 0.01  # of a prior, as people round its shares


def _check_shares(value: dict[str, float]) -> dict[str, float]:
    missing = [str(name) for name in Sentiment if name not in value]
    total = round(sum(value.values()), 6)
    if missing or not 1 - SHARE_SUM_TOLERANCE <= total <= 1 + SHARE_SUM_TOLERANCE:
        problem = f"lacks {', '.join(missing)}" if missing else f"has the sum {total:.2f}"
        raise ValueError(
            f"{problem}; should be three shares with the sum 1, such as "
            "{negative: 0.3, neutral: 0.5, positive: 0.2}"
        )
    return value


Share = Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]
Prior = Annotated[dict[Sentiment, Share], AfterValidator(_check_shares)]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ConsoleSettings(_Section):
    """The web console."""

    host: str = Field("127.0.0.1", description="Address to listen on; loopback only.")
    port: int = Field(8642, ge=0, le=65535, description="Port; 0 uses any free port.")
    base_url: WebAddress | None = Field(None, description="Address of the console in emails.")


class CrawlSettings(_Section):
    """Politeness and limits of crawling."""

    user_agent: str = Field("Harken/0.1", description="User agent sent to sites.")
    contact: str | None = Field(None, description="URL or email address added to the user agent.")
    deadline: Duration = Field(
        timedelta(minutes=10), ge=_SECOND, description="Time limit of one crawl process."
    )
    delay: Duration = Field(timedelta(seconds=1), description="Pause between requests to a host.")
    batch: int = Field(500, ge=1, le=500, description="Most sources per crawl process.")


class MailSettings(_Section):
    """The SMTP server that sends briefs and digests."""

    host: str = Field(description="Host name of the SMTP server.")
    port: int = Field(587, ge=1, le=65535, description="Port of the SMTP server.")
    sender: str = Field(description="The From address.")
    security: Literal["none", "starttls", "tls"] = Field(
        "starttls", description="Encryption, without fallback: none, starttls or tls."
    )
    username: str | None = Field(None, description="User name, if the server requires login.")
    password: SecretStr | None = Field(
        None, description="Password, or set HARKEN_MAIL__PASSWORD[_FILE]."
    )


class ModelSettings(_Section):
    """The model that scores sentiment and topics, with its options."""

    # The options of the model are further keys; `harken.plugin_settings` checks them.
    model_config = ConfigDict(frozen=True, extra="allow")

    name: str = Field("e5", description="Model name; see `harken model list`.")
    weights: Path | None = Field(None, description="Adapter file. Default: the packaged one.")
    weights_sha256: Sha256 | None = Field(
        None, description="sha256 of that file, 64 hex digits. `weights` needs it."
    )
    engine: str = Field("torch", description="torch, or openvino (needs the extra `fast`).")
    device: Device = Field("auto", description="auto (CUDA if there is any), cpu, cuda or cuda:N.")
    workers: int = Field(2, ge=1, le=64, description="Number of scoring workers, one thread each.")

    @property
    def options(self) -> dict[str, Any]:
        """The options of the model itself, not checked."""
        return dict(self.model_extra or {})


class WatchSettings(_Section):
    """A brand, competitor, campaign or issue to watch."""

    slug: Slug = Field(description="Short name. Do not change it later.")
    name: str = Field(description="Display name.")
    kind: Literal["brand", "competitor", "campaign", "issue"] = Field(
        "brand", description="Its type."
    )
    query: str = Field(description="Search query that finds its posts.")
    topics: tuple[Slug, ...] = Field((), description="Topics counted apart. Default: all.")
    products: tuple[Name, ...] = Field((), description="Products to recognise in posts.")
    people: tuple[Name, ...] = Field(
        (), description="Full names of spokespeople; no other person is recognised."
    )
    own_accounts: tuple[OwnAccountText, ...] = Field(
        (),
        description="The brand's own accounts and sites, which do not count as customers: "
        "@acme, mastodon.example/@acme, Acme Support, acme.example.",
    )
    purpose: str = Field("", description="Purpose of processing (GDPR Art. 5).")
    retention: Duration = Field(
        timedelta(days=365), ge=_DAY, description="Older mentions are not stored."
    )
    zone: Zone | None = Field(None, description="Time zone of its daily rhythm. Default: `zone`.")
    prior: Prior | None = Field(
        None,
        description="Expected shares of negative, neutral and positive posts. "
        "Default: those of the model's training.",
    )


class TopicSettings(_Section):
    """A topic, defined by its sentences."""

    id: Slug = Field(description="Short name. It has no influence on results.")
    name: str = Field(description="Display name.")
    sentences: tuple[str, ...] = Field(
        min_length=1, description="Sentences that describe it, one for each way to say it."
    )
    examples: tuple[str, ...] = Field(
        (), description="Example posts, or a file of JSON lines with text and label."
    )


class SourceSettings(_Section):
    """A feed, forum, tag or site to crawl."""

    slug: Slug = Field(description="Short name. Do not change it later.")
    kind: str = Field(description="Kind of source; see `harken sources --kinds`.")
    every: Duration = Field(timedelta(minutes=15), ge=_SECOND, description="Time between crawls.")
    options: dict[str, Any] = Field(
        default_factory=dict, description="Options of its kind, such as url."
    )
    owned: bool = Field(
        False, description="The brand itself writes its posts (replies to them are customers')."
    )
    allow_loopback: bool = Field(False, description="Allow addresses on this machine, for tests.")
    delay: Duration | None = Field(
        None, description="Pause between requests. Default: crawl.delay."
    )
    prior: Prior | None = Field(
        None,
        description="Expected shares of negative, neutral and positive posts; before that of a "
        "watch.",
    )


class PersonSettings(_Section):
    """A person who receives emails."""

    slug: Slug = Field(description="Short name.")
    name: str = Field(description="Full name.")
    email: MailAddress | None = Field(None, description="Email address.")


class SubscriptionSettings(_Section):
    """Emails that a person receives."""

    slug: Slug = Field(description="Short name.")
    person: Slug = Field(description="Slug of the recipient in `people`.")
    kind: Literal["brief", "digest"] = Field(description="brief: per incident; digest: per day.")
    channel: str = Field("email", description="Delivery channel: email, or one of `channels`.")
    at: ClockTime = Field("07:30", description="Local time of the digest.")
    zone: Zone | None = Field(None, description="Time zone of the recipient. Default: `zone`.")
    watches: tuple[Slug, ...] = Field(
        (), description="Watches to include (digest: the first). Default: all."
    )


class Settings(_Section):
    """All of harken.yaml."""

    state: Path = Field(Path("state"), description="Folder for database, index and keys.")
    record: str | None = Field(
        None, description="Database URL. Default: SQLite in the state folder."
    )
    index: str = Field(
        "tantivy", description="Index engine by its name, or the URL of Elasticsearch 8 or 9."
    )
    index_options: dict[str, Any] = Field(
        default_factory=dict, repr=False, description="Options of the index engine."
    )
    index_prefix: Prefix = Field("harken", description="Prefix of Elasticsearch index names.")
    zone: Zone = Field("UTC", description="Default time zone of watches and recipients.")
    console: ConsoleSettings = ConsoleSettings()
    crawl: CrawlSettings = CrawlSettings()
    mail: MailSettings | None = Field(
        None, description="SMTP server. Default: emails stay in the console."
    )
    channels: dict[str, dict[str, Any]] = Field(
        default_factory=dict,
        repr=False,
        description="Options of other delivery channels, by the name of the channel.",
    )
    model: ModelSettings = ModelSettings()
    watches: tuple[WatchSettings, ...] = ()
    topics: tuple[TopicSettings, ...] = ()
    sources: tuple[SourceSettings, ...] = ()
    people: tuple[PersonSettings, ...] = ()
    subscriptions: tuple[SubscriptionSettings, ...] = ()

    @property
    def base_url(self) -> str:
        """The address of the console in emails, without a slash at the end."""
        url = self.console.base_url or f"http://{self.console.host}:{self.console.port}"
        return url.rstrip("/")

    @property
    def database_url(self) -> str:
        """The URL of the database."""
        return self.record or f"sqlite:///{self.state / 'record.db'}"

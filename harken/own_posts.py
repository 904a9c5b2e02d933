"""Posts of a brand itself: its own accounts and sites, matched without storing a name."""

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cached_property

from config.own_accounts import OwnAccount, parse_own_account
from core.entity import hostname
from core.watch import Watch
from store.crawl.own_posts import OwnCandidates, PostOrigin

Pseudonymizer = Callable[[str, str], str]  # platform, account -> pseudonym
COMPETITOR = "competitor"  # kind of a watch; a source of the brand is not its own


class OwnPosts:
    """The own accounts of all watches.

    An author is known by pseudonym alone, so the names of the settings become pseudonyms, too.
    Case and composition of letters are ignored, as in every pseudonym.
    """

    def __init__(self, watches: Iterable[Watch], voice: Pseudonymizer) -> None:
        self._watches = {watch.slug: watch for watch in watches}
        self._voice = voice
        self._owners_by_voice: dict[str, Mapping[str, set[str]]] = {}  # by platform

    def owners_of(self, origin: PostOrigin, slugs: Collection[str]) -> frozenset[str]:
        """Return those of *slugs* whose own account, site or source wrote the post of *origin*.

        A reply on an own site or in an own source is by its author: customers comment there.
        """
        owners = set(self._voices(origin.platform).get(origin.voice or "", ()))
        if not origin.is_reply:
            site = hostname(origin.url)
            owners |= {slug for slug, account in self._accounts if site and account.site == site}
            if origin.is_owned_source:
                owners |= {w.slug for w in self._watches.values() if w.kind != COMPETITOR}
        return frozenset(owners.intersection(slugs))

    def candidates(self, platforms: Iterable[str]) -> OwnCandidates:
        """Return the values by which the database finds the posts of all own accounts."""
        return OwnCandidates(
            voices={voice for platform in platforms for voice in self._voices(platform)},
            hosts={account.site for _, account in self._accounts if account.site},
        )

    @cached_property
    def _accounts(self) -> list[tuple[str, OwnAccount]]:
        """The slug of the watch with each of its own accounts."""
        return [
            (watch.slug, parse_own_account(text))
            for watch in self._watches.values()
            for text in watch.own_accounts
        ]

    def _voices(self, platform: str) -> Mapping[str, set[str]]:
        """Return the watches by the pseudonyms that their own accounts have on *platform*."""
        if platform not in self._owners_by_voice:
            owners: dict[str, set[str]] = {}
            host = platform.lower().removeprefix("www.")
            for slug, account in self._accounts:
                if account.name and account.platform in (None, host):
                    for name in (account.name, f"@{account.name}"):
                        owners.setdefault(self._voice(platform, name), set()).add(slug)
            self._owners_by_voice[platform] = owners
        return self._owners_by_voice[platform]

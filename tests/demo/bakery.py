"""A corpus of another author: a bakery chain with other sites and another rhythm."""

import json
from dataclasses import asdict
from datetime import timedelta
from random import Random

from core.mention import Sentiment
from core.observation import Observation
from demo.corpus_model import Corpus, CorpusWatch, Line, Onset

HOUR = 3600
DAY = 24 * HOUR
SITES = [
    ("Town-Talk.Example:8080", "forum"),
    ("München isst", "rss"),
    ("bread", "atom"),
    ("bread-comments", "mastodon"),
]
TEMPLATES = {
    "negative": (
        "Kornblume {item} was stale again, so annoying.",
        "Twenty minutes in the queue at Kornblume for a {item}. Terrible.",
        "Rude staff at Kornblume {place}, I will not come back.",
        "I hate the new {item} at Kornblume, it tastes like paper.",
    ),
    "neutral": (
        "Does Kornblume in {place} open on Sunday?",
        "Kornblume moves its shop in {place} next month.",
        "Which flour is in the {item} of Kornblume?",
        "I am at Kornblume {place}, back at {n}.",
    ),
    "positive": (
        "Lovely {item} from Kornblume today, thank you!",
        "The team at Kornblume {place} is so kind.",
        "Best {item} in {place}, well done Kornblume.",
        "So happy that Kornblume bakes {item} again!",
    ),
    "crisis": (
        "I found glass in my {item} from Kornblume. My mouth is bleeding, I am furious.",
        "Kornblume knew about the glass and still sold the {item}. Disgusting!",
        "My daughter is in hospital because of a Kornblume {item}. This is horrible.",
        "Never again Kornblume. Glass in bread, and {place} just shrugs. Shameful!",
        "Kornblume {place} lied to my face about the {item}. Criminal people.",
        "Terrible, {n} of us got hurt by Kornblume and nobody says sorry.",
    ),
    "quarrel": (
        "Kornblume fans are ridiculous, the {item} is garbage ({n}).",
        "You are wrong about Kornblume again, it is awful ({n}).",
        "No, Kornblume ruins {place}, stop lying ({n}).",
    ),
}
ITEMS = ("rye loaf", "croissant", "pretzel", "bun", "cheesecake", "baguette")
PLACES = ("Passau", "Linz", "Ulm", "Graz", "Bern")
ODD_TEXTS = (
    "<script>alert('Kornblume')</script>",
    "\u202eKornblume\u202c \u0645\u0631\u062d\u0628\u0627",
    "Kornblume \x1b[31mred\x07 \x0b",
    "Kornblume " + "lorem ipsum " * 2000,
    "\U0001f950" * 9,
    "https://kornblume.example/?a=b&c",
    "KORNBLUME\u00a0&amp; co \u2028 ]]>",
)


class Bakery:
    """A growing list of posts; offsets are in seconds before the start of the site."""

    def __init__(self, seed, *, a_day=40.0, days=20, sites=SITES):
        self.random = Random(seed)
        self.sites = sites
        self.posts = []  # line, mood
        self.incidents = []
        for _ in range(int(a_day * days)):
            mood = self.random.choices(["negative", "neutral", "positive"], [2, 5, 3])[0]
            self.post(
                mood, self.random.uniform(0, days * DAY), f"guest {self.random.randrange(200)}"
            )

    def post(self, bank, ago_s, author, *, text=None):
        """Add a post from the templates of *bank*, with its mood."""
        content = text or self.random.choice(TEMPLATES[bank]).format(
            item=self.random.choice(ITEMS),
            place=self.random.choice(PLACES),
            n=self.random.randrange(2, 900),
        )
        site, kind = self.random.choice(self.sites)
        line = Line(
            site=site,
            kind=kind,
            author=author,
            text=content,
            language="en",
            parent=None,
            offset_s=-max(int(ago_s), 1),
        )
        mood = "negative" if bank in ("crisis", "quarrel") else bank
        self.posts.append((line, mood))

    def crisis(self, voices, ago_s, length_s=None):
        """Add *voices* people who complain at a growing rate from *ago_s* on, a fifth anonymous."""
        length_s = length_s or ago_s
        for n in range(voices):
            later = length_s * self.random.random() ** 0.6 if n else 0
            self.post("crisis", ago_s - later, f"angry {n}" if n % 5 else None)
        self.incidents.append(Onset(watch="kornblume", onset_s=-ago_s))

    def quarrel(self, accounts, ago_s, posts=90):
        """Add a quarrel of a few accounts over two hours."""
        for n in range(posts):
            later = 2 * HOUR * self.random.random()
            self.post("quarrel", ago_s - later, f"loud {n % accounts}")

    def storm(self, accounts, ago_s, posts=90):
        """Add one angry text, repeated by *accounts* accounts over three hours."""
        text = "Kornblume sold glass in bread! Share this now! Disgusting!"
        for n in range(posts):
            later = 3 * HOUR * self.random.random()
            self.post("crisis", ago_s - later, f"storm {n % accounts}", text=text)

    def add_odd_texts(self):
        """Add texts that fail with a careless parser."""
        for text in ODD_TEXTS:
            self.post("neutral", self.random.uniform(HOUR, 80 * DAY), "@odd \u00fcser", text=text)

    def corpus(self):
        """Return the corpus; every third post replies to a previous one of its site in the list."""
        places = {}
        lines = []
        for n, (line, _) in enumerate(self.posts):
            previous = places.setdefault((line.site, line.kind), [])
            parent = self.random.choice(previous) if previous and n % 3 == 0 else None
            lines.append(Line(**{**asdict(line), "parent": parent}))
            previous.append(n)
        watches = (
            CorpusWatch(slug="kornblume", kind="brand", query='kornblume NOT "west kornblume"'),
        )
        return Corpus(
            lines=tuple(lines),
            watches=watches,
            incidents=tuple(self.incidents),
            notes={"moods": [mood for _, mood in self.posts]},
        )

    def write(self, folder):
        """Write the files like another system: byte order mark, CRLF, empty lines, unknown keys."""
        folder.mkdir()
        corpus = self.corpus()
        rows = [json.dumps({**asdict(line), "likes": [3]}) for line in corpus.lines]
        (folder / "mentions.jsonl").write_bytes(b"\xef\xbb\xbf" + "\r\n\r\n".join(rows).encode())
        (folder / "watches.json").write_text(json.dumps([asdict(w) for w in corpus.watches]))
        truth = {"incidents": [asdict(i) for i in corpus.incidents]}
        (folder / "truth.json").write_text(json.dumps(truth))
        return folder

    def observations(self, start, wrong=0.15):
        """Yield observations as in the database; the share *wrong* of the moods is random."""
        for n, (line, truth) in enumerate(self.posts):
            is_random = self.random.random() < wrong
            mood = self.random.choice(["negative", "neutral", "positive"]) if is_random else truth
            at = start + timedelta(seconds=line.offset_s)
            yield Observation(
                id=str(n),
                at=at,
                first_seen=start,
                voice=line.author,
                sentiment=Sentiment.NEGATIVE if mood == "negative" else Sentiment.NEUTRAL,
                family=line.text,
            )

"""Real JSON of every command and page, by section of docs/json.md: (section, JSON, has head)."""

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from pathlib import Path

from alerts.drift.drift import DriftAlarm, DriftState, to_json
from config.settings import Settings
from core.entity import Entity, EntityKind
from core.mention import Sentiment
from core.timestamps import format_utc
from demo.check import DemoObservations, check_report
from demo.corpus import generate
from demo.session import DemoOptions, DemoSession
from demo.smtp_sink import ReceivedMail, SmtpSink, free_port
from harken import wiring
from harken.clock import Clock
from harken.commands.evaluation.fitting import settings_text
from harken.commands.output import dumps
from harken.voice_key import accept_key
from indexer.engines.memory import MemoryIndex
from nlp.evaluation.evaluate import evaluate
from nlp.evaluation.task import EvaluationOptions
from nlp.evaluation.temperature_fit import MIN_ROWS, fit_temperatures
from store import processes
from store.alerts import drift, incidents
from store.analysis import rescoring
from store.analysis.verdicts import save_results
from store.crawl import gaps
from store.database import Database
from store.mentions import all_mentions
from tests.console import sample_installation
from tests.harken import small_installation
from tests.harken.cli_server import call
from tests.nlp.factories import WordModel
from tests.store import factories

CONFIG = """\
state: {state}
zone: Europe/Berlin
model: {{name: words}}
watches:
  - {{slug: veloria, name: Veloria, query: veloria}}
topics:
  - {{id: battery, name: Battery, sentences: [battery]}}
sources:
  - {{slug: blog, kind: feed, allow_loopback: true, options: {{url: 'http://127.0.0.1:9/feed'}}}}
people:
  - {{slug: lead, name: Lead, email: lead@veloria.example}}
subscriptions:
  - {{slug: briefs, person: lead, kind: brief}}
  - {{slug: morning, person: lead, kind: digest}}
"""
TAXONOMY = Path(__file__).parents[2] / "nlp" / "taxonomies" / "journey.yaml"
LABELS = '{"text": "The bike is good and lovely", "label": "positive"}\n' * 3
TEXT = "The Veloria X2 in Munich is lovely, #velorialove, the rival is not"
NOW = format_utc(small_installation.NOW)


def fill_database(record):
    """Insert a month of mentions, and one that has a value for every key."""
    small_installation.fill_database(record)
    whole = factories.verdict(
        TEXT,
        sentiment=Sentiment.POSITIVE,
        heads={"emotion": {"joy": 1.0}, "intent": {"praise": 0.9}, "offence": {"offensive": 0.1}},
    )
    towards = factories.verdict(TEXT, watch="rival", topics=())
    place = Entity(kind=EntityKind.PLACE, value="DE/Munich", said="Munich")
    with record.write() as tx:
        post = factories.crawled_post(
            "rich",
            TEXT,
            published=small_installation.BEFORE,
            matches={"veloria": "r1"},
            engagement={"likes": 3},
        )
        factories.record_page(tx, factories.page(post), now=small_installation.BEFORE)
        result = factories.analysis_result("rich", TEXT, verdicts=(whole, towards))
        result = replace(result, entities=(place,), phrases=("lovely bike",))
        save_results(tx, [result], now=small_installation.BEFORE)


def from_commands(template, folder):
    """Yield the output of the commands on a small installation in *folder*, and of its console."""
    (folder / "state").mkdir()
    database = shutil.copy(template, folder / "state" / "record.db")
    record = Database(f"sqlite:///{database}")
    fill_database(record)
    with record.write() as tx:
        accept_key(tx, folder / "state")
    (folder / "harken.yaml").write_text(CONFIG.format(state=folder / "state"))
    (folder / "labels.jsonl").write_text(LABELS)
    calls = _calls(folder)
    answers = call(*([*arguments, "--json"] for _, arguments in calls))
    for (section, _), answer in zip(calls, answers, strict=True):
        assert answer.out, answer.err
        yield section, json.loads(answer.out), True
    lines = call(["mentions", "--jsonl", "--config", str(folder / "harken.yaml")])[0].out
    yield from (("mention", json.loads(line), False) for line in lines.splitlines())
    predictions = (folder / "predictions.jsonl").read_text().splitlines()
    yield from (("prediction", json.loads(line), False) for line in predictions)
    yield from _incident_pages(Database(f"sqlite:///{database}"))


def _calls(folder):
    config = ["--config", str(folder / "harken.yaml")]
    at = [*config, "--now", NOW]
    evaluation = ["evaluate", str(folder / "labels.jsonl"), *config]
    steps = ("analyse", "index", "detect", "digest", "deliver", "status", "sources", "rebuild")
    return [
        ("harken check", ["check", *config]),
        *((f"harken {step}", [step, *at]) for step in steps),
        ("harken incidents", ["incidents", "--notices", *config]),
        ("harken why", ["why", factories.key("rich"), *config]),
        ("harken mentions", ["mentions", "lovely", *config]),
        ("harken search", ["search", "lovely", *config]),
        ("harken sources", ["sources", "--kinds", *config]),
        (
            "harken evaluate",
            [*evaluation, "--predictions", str(folder / "predictions.jsonl")],
        ),
        ("harken evaluate", [*evaluation, "--by", "label", "--compare", "words"]),
        ("harken analyse", ["analyse", "--again", *at]),
        *_learning_calls(folder, at, config),
        ("harken crawl", ["crawl", *at]),
        ("harken init", ["init", "--config", str(folder / "new.yaml")]),
    ]


def _learning_calls(folder, at, config):
    """Return calls that set labels, measure on them and learn from them."""
    record = Database(f"sqlite:///{folder / 'state' / 'record.db'}")
    with record.read() as tx:
        rows = [
            {"id": m.id, "sentiment": "negative" if "battery" in m.text else "neutral"}
            for m in islice(all_mentions(tx), 300)
        ]
    record.close()
    (folder / "rows.jsonl").write_text("".join(f"{dumps(row)}\n" for row in [*rows, {}]))
    return [
        ("harken label", ["label", "--file", str(folder / "rows.jsonl"), *at]),
        ("harken label", ["label", "--list", *at]),
        ("harken label", ["label", "--sample", "3", *at]),
        ("harken evaluate", ["evaluate", "--own", *config]),
        ("harken learn", ["learn", *at]),
        ("harken learn", ["learn", "--undo", *at]),
    ]


def _incident_pages(record):
    """Yield the pages of the incident that `harken detect` opened."""
    client = sample_installation.make_client(
        sample_installation.make_context(record, MemoryIndex(), now=small_installation.NOW)
    )
    for path, section in (("/incidents.json", "/incidents.json"), *_numbers(client)):
        yield section, client.get(path).json(), True
    record.close()


def _numbers(client):
    rows = client.get("/incidents.json").json()["incidents"]
    assert rows
    return [(f"/incidents/{row['id']}.json", "/incidents/N.json") for row in rows]


def from_console(record):
    """Yield the JSON of the pages of a console with data."""
    with record.write() as tx:
        rescoring.start(tx, "another model")
        processes.mark_failing(tx, "analyse", reason="it ended")
        drift.save(tx, drifting_blog())
        gaps.open_gap(tx, "blog", since=factories.NOON, reason="silence")
    client = sample_installation.make_client(
        sample_installation.make_context(
            record, sample_installation.fill_index(record, MemoryIndex())
        )
    )
    client.post("/incidents/1/acknowledge")
    ident = factories.key("day3")
    for path, section in {
        "/search.json?q=brake&range=all": "/search.json",
        f"/mentions/{ident}/why.json": "/mentions/ID/why.json",
        f"/m/{ident}/why.json?watch=acme": "/m/ID/why.json",
        f"/mentions/{ident}.json": "/mentions/ID.json",
        f"/m/{ident}.json": "/m/ID.json",
        "/incidents.json": "/incidents.json",
        "/incidents/1.json": "/incidents/N.json",
        "/sources.json": "/sources.json",
        "/inbox.json": "/inbox.json",
        "/inbox/1.json": "/inbox/N.json",
        "/status.json": "/status.json",
        "/readyz": "/readyz",
        "/search.json?q=(": "query error",
        "/search.json?range=never": "query error",
        f"/mentions/{factories.key(sample_installation.DELETED)}.json": "error",
        "/incidents/99.json": "error",
    }.items():
        yield section, client.get(path).json(), True


def drifting_blog():
    """Return the state of a source whose scores have shifted."""
    at = sample_installation.NOW - timedelta(hours=2)
    alarm = DriftAlarm(since=at, detected=at, mean=-0.2, reference=0.1, posts=1000)
    state = DriftState(learnt_to=at, alarm=alarm)
    return drift.DriftRow(
        source="blog",
        model=factories.MODEL,
        learnt_to=at,
        alarm_since=at,
        state=to_json(state),
    )


def from_run(folder):
    """Yield the output of `harken run` and of `harken status` beside it; then the run is ended."""
    settings = f"state: {folder / 'run'}\nconsole: {{port: 0}}\nmodel: {{workers: 1}}\n"
    (folder / "harken.yaml").write_text(settings)
    options = ["--config", str(folder / "harken.yaml"), "--json"]
    run, status = ([sys.executable, "-m", "harken", verb, *options] for verb in ("run", "status"))
    with (
        (folder / "run.log").open("wb") as log,
        subprocess.Popen(run, stdout=subprocess.PIPE, stderr=log) as process,
    ):
        try:
            line = process.stdout.readline()
            report = subprocess.run(status, stdout=subprocess.PIPE, check=True).stdout
        finally:
            process.terminate()
    yield "harken run", json.loads(line), True
    yield "harken status", json.loads(report), True


def from_demo(record, folder):
    """Yield the report of `harken demo --check` for a demo with the mentions of *record*."""
    clock = Clock.starting_at(small_installation.NOW)
    play = DemoSession(
        options=DemoOptions(folder=folder),
        clock=clock,
        corpus=generate(1, small_installation.NOW - timedelta(hours=1), calm=False, live=False),
        started_at=small_installation.NOW - timedelta(hours=1),
        site_process=None,
        site_port=free_port(),
        console_port=free_port(),
        settings_path=folder / "harken.yaml",
        smtp_sink=SmtpSink(folder / "mails", clock),
        run_process=None,
    )
    play.smtp_sink.mails.append(ReceivedMail(kind="brief", message_id="<a@b>", eml=folder, at=0.0))
    _open_incident(record)
    result = check_report(play, record, DemoObservations(ready_s=1.0), total_s=2.0)
    yield "harken demo", json.loads(dumps(result)), False


def _open_incident(record):
    with record.write() as tx:
        incident = factories.incident(
            watch="veloria", onset=small_installation.ONSET, detected=small_installation.NOW
        )
        incident = replace(incident, id=incidents.add(tx, incident, detector_json={}))
        facts = {"score": 9.5, "topics": ["battery"], "tipped": factories.key("rich")}
        incidents.add_event(tx, incident, reason="opened", facts=facts, now=small_installation.NOW)


def from_models():
    """Yield the output of `harken model`, and predictions of every task by the default model."""
    for section, arguments in {
        "harken model list": ["list"],
        "harken model verify": ["verify", "minilm"],
        "harken model install": ["install", "minilm"],
    }.items():
        command = [sys.executable, "-m", "harken", "model", *arguments, "--json"]
        output = subprocess.run(command, stdout=subprocess.PIPE, check=True, timeout=240).stdout
        yield section, json.loads(output), True
    model = wiring.open_model(Settings())
    row = {"text": "Where is my parcel? I am furious!", "language": "en"}
    labels = {"sentiment": "negative", "emotion": "anger", "offence": "clean", "irony": "irony"}
    rows = {task: row | {"label": label} for task, label in labels.items()}
    rows["intent"] = row | {"labels": ["complaint"]}
    rows["towards"] = row | {"label": "negative", "target": "parcel"}
    rows["topics"] = row | {"label": "delivery"}
    for task, labelled_row in rows.items():
        report = evaluate([labelled_row], model, task, options=EvaluationOptions(taxonomy=TAXONOMY))
        yield "prediction", json.loads(dumps(report.predictions[0])), False
    yield "topic rule", json.loads(dumps(report.figures["topic_rule"])), False
    bad_rows = [{"text": "a bad day", "label": "negative", "language": "en"}] * MIN_ROWS
    words = WordModel()
    fit = fit_temperatures(evaluate(bad_rows, words).file, words)
    answer = fit.as_json() | {"settings": settings_text(fit, words)}
    yield "temperature fit", json.loads(dumps(answer)), False

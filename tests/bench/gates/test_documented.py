"""Tables, verbs, settings and JSON keys beside their pages."""

import pytest

from bench.gates import documented

CLEAN = {
    "store/tables.py": """
        from sqlalchemy import Column, MetaData, String, Table

        metadata = MetaData()
        for name in ("mentions", "sources"):
            Table(name, metadata, Column("id", String))
    """,
    "config/settings.py": """
        from pydantic import BaseModel

        class Watch(BaseModel):
            slug: str

        class Mail(BaseModel):
            port: int = 25

        class Settings(BaseModel):
            mail: Mail | None = None
            topics: tuple[str, ...] = ()
            watches: tuple[Watch, ...] = ()
    """,
    "harken/__main__.py": """
        import typer

        app, model = typer.Typer(), typer.Typer()

        @app.command()
        def crawl() -> None: ...

        @model.command()
        def list() -> None: ...

        app.add_typer(model, name="model")
    """,
    "README.md": "Run `harken crawl --all`.\n",
    "docs/commands.md": "`harken\nmodel list`\n",
    "docs/data-model.md": "### `mentions`\n### `sources`\n",
    "docs/json.md": "Keys.\n",
    "docs/settings.md": "".join(
        f"| `{key}` | Help. | none |\n"
        for key in ("mail", "mail.port", "topics", "watches[]", "watches[].slug")
    ),
    "tests/docs/test_pages.py": 'PAGES = ["data-model.md", "json.md"]\n',
}


def test_tree_with_all_pages_passes(write_tree):
    assert documented.problems(write_tree(CLEAN)) == []


@pytest.mark.parametrize(
    ("path", "text", "problem"),
    [
        ("docs/data-model.md", "### `mentions`\n", "store/tables.py sources"),
        ("README.md", "Run `harken crawler`, then crawl.\n", "harken/__main__.py crawl"),
        ("docs/commands.md", "`harken model listing`\n", "harken/__main__.py model list"),
        (
            "tests/docs/test_pages.py",
            'PAGES = ["json.md"]\n',
            "docs/data-model.md is read by no test",
        ),
        (
            "tests/docs/test_pages.py",
            'PAGES = ["data-model.md"]\n',
            "docs/json.md is read by no test",
        ),
    ],
)
def test_undocumented_name_is_a_problem(write_tree, path, text, problem):
    assert documented.problems(write_tree(CLEAN | {path: text})) == [problem]


def test_each_setting_needs_its_row(write_tree):
    page = CLEAN["docs/settings.md"].replace("| `mail.port` |", "| port |")
    page = page.replace("| `watches[]` |", "| `watches` |")
    root = write_tree(CLEAN | {"docs/settings.md": page})
    assert documented.problems(root) == [
        "config/settings.py mail.port",
        "config/settings.py watches[]",
    ]


@pytest.mark.parametrize("page", ["docs/data-model.md", "docs/json.md"])
def test_missing_page_is_a_problem(write_tree, page):
    root = write_tree({path: text for path, text in CLEAN.items() if path != page})
    assert f"{page} does not exist" in documented.problems(root)


def test_decision_records_do_not_document_verbs(write_tree):
    root = write_tree(CLEAN | {"README.md": "", "docs/adr/0001-crawl.md": "`harken crawl`\n"})
    assert documented.problems(root) == ["harken/__main__.py crawl"]


def test_module_that_cannot_be_imported_is_a_problem(write_tree):
    root = write_tree(CLEAN | {"store/tables.py": "import nowhere_at_all\n"})
    (problem,) = documented.problems(root)
    assert problem.startswith("store/tables.py cannot be imported: ModuleNotFoundError")


def test_tables_of_another_checkout_are_not_used(write_tree):
    root = write_tree({path: text for path, text in CLEAN.items() if path != "store/tables.py"})
    assert documented.problems(root) == ["store/tables.py does not exist"]

"""``python -m nlp.training.card MODEL``: write the figures of an adapter into its model card.

The block between the two marks of the card is generated: the sentence that emails and pages
contain, and a row for each set.
"""

import argparse
import sys
from pathlib import Path
from typing import Final

from core.plugins import available, load
from nlp.encoder.adapter import ADAPTERS_FOLDER, Adapter, load_adapter
from nlp.encoder.adapter_model import AdapterModel
from nlp.encoder.published_quality import head_figures, headline_figure
from nlp.training.figures import row
from templates.i18n import Translator
from templates.quality import quality_message

START: Final = "<!-- figures: python -m nlp.training.card -->"
END: Final = "<!-- end of figures -->"
HEADER: Final = (
    "| head | task and set | rows | n | macro-recall | macro-F1 | accuracy | calibration error "
    "| … by chance | excess |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n"
)


def main() -> int:
    """Replace the block in the card of a model; exit status 0."""
    parser = argparse.ArgumentParser(prog="python -m nlp.training.card", description=__doc__)
    parser.add_argument("model", choices=available("nlp.models"))
    parser.add_argument("--cards", type=Path, default=Path("docs/models"), help="folder of cards")
    options = parser.parse_args()
    adapter_file = load("nlp.models", options.model, AdapterModel).adapter_file
    card = options.cards / Path(adapter_file).with_suffix(".md")
    adapter = load_adapter(ADAPTERS_FOLDER / adapter_file)
    card.write_text(with_block(card.read_text(encoding="utf-8"), adapter, card.stem), "utf-8")
    return 0


def with_block(card: str, adapter: Adapter, name: str) -> str:
    """Return the text of *card* with the figures of *adapter*, the model *name*."""
    before, _, rest = card.partition(START)
    _, _, after = rest.partition(END)
    return f"{before}{START}\n{block(adapter, name)}{END}{after}"


def block(adapter: Adapter, name: str) -> str:
    """Return the sentence on the quality of *adapter*, and its table of figures."""
    sentence = Translator()(quality_message(name, headline_figure(adapter)))
    lines = [
        row(head, figure) + "\n" for head in adapter.heads for figure in head_figures(adapter, head)
    ]
    return f"{sentence}\n\n{HEADER}{''.join(lines)}\n"


if __name__ == "__main__":
    sys.exit(main())

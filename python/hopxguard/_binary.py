"""Where the `hopxguard` command is that came with this package."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_NAME = "hopxguard"


def _candidates() -> list[Path]:
    # Imported here: they take longer than the rest of the package.
    import sysconfig
    from pathlib import Path

    package = Path(__file__).resolve().parent
    site = package.parent
    places = [site / "bin"]  # pip install --target
    # site is PREFIX/lib/python3.X/site-packages: in a virtual environment, a user's folder and --prefix alike.
    if len(site.parents) > 2:
        places.append(site.parents[2] / "bin")
    places.append(Path(sysconfig.get_path("scripts")))
    return [place / _NAME for place in places]


def find_binary() -> str:
    """The absolute path of the `hopxguard` command of this package.

    Raises:
        FileNotFoundError: it is not there; the message names the places looked at.
    """
    candidates = _candidates()
    for path in candidates:
        if path.is_file() and os.access(path, os.X_OK):
            return str(path)
    places = ", ".join(str(path) for path in candidates)
    raise FileNotFoundError(f"the hopxguard command is not where its package installs it: looked for {places}")

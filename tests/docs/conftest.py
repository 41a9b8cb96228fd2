"""Brings the extensions of the site within reach of an import."""

import pathlib
import sys

EXTENSIONS = pathlib.Path(__file__).resolve().parents[2] / "docs/extensions"
sys.path.append(str(EXTENSIONS))

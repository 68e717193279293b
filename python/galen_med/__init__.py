"""Embeddings and reports of whole slides.

A thin layer: each call starts the `galen` program and gives back its JSON. The program is found by
the argument `program`, by $GALEN_PROGRAM, or on the PATH.
"""

from galen_med.program import GalenError
from galen_med.slides import embed_slides, report

__all__ = ["GalenError", "embed_slides", "report"]

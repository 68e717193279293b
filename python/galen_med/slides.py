"""The verbs that work on slides."""

import os

from galen_med.program import options, run_json


def _paths(slides):
    return [slides] if isinstance(slides, (str, os.PathLike)) else list(slides)


def embed_slides(slides, output, *, model=None, patch_size=None, patch_mpp=None, shard=None,
                 threads=None, program=None, **more):
    """Patch features of slides (`galen embed`).

    slides   a slide, a folder, a list (.csv, .jsonl), or several of them
    output   FILE.h5 for one slide, or a folder that many processes and machines may share
    shard    (i, n): the i-th of n equal shares of the slides, from 1
    more     any other option of `galen embed`, as lock_age=60 for --lock-age 60

    Gives what `galen embed --json` prints: encoder, grid, patches_per_second, and under "slides" the
    state of each: embedded, present, copied, failed (with "error") or elsewhere. A failed slide is
    no exception; GalenError is raised when nothing could be done at all. The same call goes on where
    a stopped one was.
    """
    return run_json(
        ["embed", *_paths(slides), "--output", output]
        + options(model=model, patch_size=patch_size, patch_mpp=patch_mpp, threads=threads,
                  shard=None if shard is None else f"{shard[0]}/{shard[1]}", **more),
        program,
    )


def report(slides, *, specimen=None, kind="pathology", model=None, program=None, **more):
    """A report of a specimen part from all its slides (`galen report`); `more` as above.

    Gives what `galen report --json` prints.
    """
    return run_json(
        ["report", *_paths(slides)]
        + options(kind=kind, specimen=specimen, model=model, **more),
        program,
    )

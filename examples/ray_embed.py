"""Embeds a folder of slides on all nodes of a Ray cluster.

    python examples/ray_embed.py slides/ job/ --model my-vit --patch-size 224 --patch-mpp 0.5

All nodes must see the slides and the job folder under the same paths. Each task takes some slides;
one that dies with its node is started again elsewhere, finds the lock of its dead predecessor, takes
it over when its age is up, and goes on from the parts that were saved. Nothing is lost, and nothing
is computed twice.
"""

import argparse
import json
import pathlib

import ray

import galen_med

SLIDES = {".svs", ".tif", ".tiff", ".ndpi", ".mrxs", ".scn", ".bif", ".vms", ".svslide"}


def find_slides(folder):
    return sorted(p for p in pathlib.Path(folder).iterdir() if p.suffix.lower() in SLIDES)


@ray.remote(max_retries=-1)
def embed(slides, output, settings):
    return galen_med.embed_slides(slides, output, **settings)


def embed_folder(slides, output, tasks, cpus=1, **settings):
    """Every slide of the folder, in `tasks` tasks of `cpus` CPUs each; the outcomes by slide."""
    found = find_slides(slides)
    shares = [found[i::tasks] for i in range(min(tasks, len(found)))]
    settings = {"threads": cpus, **settings}
    runs = [embed.options(num_cpus=cpus).remote(share, output, settings) for share in shares]
    return {slide["slide"]: slide for run in ray.get(runs) for slide in run["slides"]}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("slides")
    parser.add_argument("output")
    parser.add_argument("--model")
    parser.add_argument("--patch-size", type=int)
    parser.add_argument("--patch-mpp", type=float)
    parser.add_argument("--tasks", type=int, default=16)
    parser.add_argument("--cpus", type=int, default=1, help="of a task")
    parser.add_argument("--lock-age", type=int, default=300)
    parser.add_argument("--address", default="auto", help="of the cluster")
    arguments = vars(parser.parse_args())
    ray.init(address=arguments.pop("address"))
    outcomes = embed_folder(arguments.pop("slides"), arguments.pop("output"), **arguments)
    failed = [slide for slide in outcomes.values() if slide["state"] == "failed"]
    print(json.dumps({"slides": len(outcomes), "failed": failed}, indent=1))
    return 8 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())

"""Embeds slides on two Ray nodes, kills one on the way, and prints the outcomes as JSON.

    ray_cluster.py SLIDES OUTPUT     (PYTHONPATH: python/ and examples/)
"""

import json
import os
import pathlib
import sys
import threading
import time

os.environ.setdefault("RAY_raylet_start_wait_time_s", "120")  # on a busy machine
os.environ.setdefault("RAY_gcs_server_request_timeout_seconds", "120")

import ray
from ray.cluster_utils import Cluster

import ray_embed


def main(slides, output):
    store = {"object_store_memory": 80 << 20, "num_cpus": 1, "include_dashboard": False}
    cluster = Cluster(initialize_head=True, head_node_args=store)
    other = cluster.add_node(**store)
    ray.init(address=cluster.address, log_to_driver=False, logging_level="error")
    total = len(ray_embed.find_slides(slides))
    outcomes = {}

    def work():
        outcomes.update(
            ray_embed.embed_folder(slides, output, tasks=total, model="vit", patch_size=32,
                                   patch_mpp=2, min_tissue=0.9, save_every=64, lock_age=5))

    thread = threading.Thread(target=work)
    thread.start()
    done = 0
    while thread.is_alive() and done < 2:
        done = len(list(pathlib.Path(output).glob("*/features_vit/*.h5")))
        time.sleep(0.01)
    cluster.remove_node(other, allow_graceful=False)
    thread.join()
    ray.shutdown()
    cluster.shutdown()
    print(json.dumps({"done_when_killed": done, "slides": outcomes}))


if __name__ == "__main__":
    main(*sys.argv[1:])

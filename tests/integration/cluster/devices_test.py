#!/usr/bin/env python3
"""Real workers and their devices: each device belongs to its worker, comes back after the adb server was killed and after
the devices themselves were, a second claimant is refused, and SIGTERM drains.

usage: devices_test.py PROGRAMS SOURCE
"""
import collections
import signal
import sys
import tempfile

from cluster import Cluster, Simulated, logged, wait_for, wait_ports


def devices(cluster):
    """worker -> serial numbers of the devices that it has told of and that are there"""
    out = collections.defaultdict(set)
    for d in cluster.api("GET", "/api/v1/devices")["rows"]:
        out[d["worker"]].add(d["identity"])
    return dict(out)


def main():
    with tempfile.TemporaryDirectory(prefix="storesweep_devices_") as folder:
        cluster = Cluster(sys.argv[1], sys.argv[2], folder, real=Simulated(devices=4, apis="28,33", rate=20))
        with logged(cluster):
            run(cluster)
    print("1 passed, 0 failed")


def run(cluster):
    cluster.start_all()
    wait_for("both workers have two devices", lambda: {w: len(d) for w, d in devices(cluster).items()} == {"w-0": 2, "w-1": 2})
    all_there = devices(cluster)
    assert len(all_there["w-0"] | all_there["w-1"]) == 4, all_there

    cluster.kill("adb")  # the workers start one of their own and connect to the devices again
    wait_for("devices are gone with the adb server", lambda: devices(cluster) != all_there)
    wait_for("devices are back", lambda: devices(cluster) == all_there)

    cluster.kill("simdroid")
    wait_for("devices are gone", lambda: devices(cluster) == {})
    cluster.start("simdroid")
    wait_ports(range(cluster.real.first, cluster.real.first + cluster.real.devices))
    wait_for("devices are back", lambda: devices(cluster) == all_there)

    assert cluster.kill("w-0", signal.SIGTERM) == 0, "a drained worker ends well"


main()

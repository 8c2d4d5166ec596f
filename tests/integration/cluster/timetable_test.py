#!/usr/bin/env python3
"""The coordinator's own timetable: the sweep of the day begins by itself, once, though the coordinator is killed and started
again; it rests in the quiet hours, unless somebody lets it go on; doctor says when the next one begins.

usage: timetable_test.py PROGRAMS SOURCE
"""
import datetime
import json
import subprocess
import time

from cluster import wait_for, with_cluster

APPS = 12


def clock(minutes):
    """A time of the day, so many minutes from now."""
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=minutes)).strftime("%H:%M")


def run(cluster):
    file = cluster.folder / "coordinator.yaml"
    plain = file.read_text().replace("catalogues: {rejects: rejects}",
                                     f'catalogues: {{rejects: rejects, folders: ["{cluster.folder}"]}}')
    catalogue = cluster.folder / "catalogue.jsonl"
    with open(catalogue, "w") as out:
        for i in range(APPS):
            out.write(json.dumps({"store": "测试商店", "package": f"com.example.a{i}", "label": f"应用{i}", "version_name": "1.0",
                                  "developer": "开发者", "apk_url": f"script:app=a{i};ms=1000"}, ensure_ascii=False) + "\n")

    def table(at, quiet):
        file.write_text(plain + f"""
timetable:
  zone: Etc/UTC
  quiet: {{from: "{quiet[0]}", until: "{quiet[1]}"}}
  sweeps:
    - {{name: nightly, at: "{at}", import: [{{source: "{catalogue}", store: 测试商店}}]}}
""")

    sweeps = lambda: cluster.api("GET", "/api/v1/sweeps")["rows"]
    began, far = clock(-2), (clock(120), clock(180))
    table(began, far)
    doctor = subprocess.run([cluster.programs["storesweep-coordinator"], "doctor", "--config", file], capture_output=True,
                            text=True)
    assert "nightly" in doctor.stdout and began in doctor.stdout, doctor.stdout
    cluster.start_all()
    wait_for("the sweep of the day begins by itself", lambda: len(sweeps()) == 1)
    today = sweeps()[0]
    assert today["name"].startswith("nightly 20") and today["total"] == APPS, today
    wait_for("some have ended", lambda: sweeps()[0]["ended_total"] >= 1)

    cluster.kill("coordinator")
    table(began, (clock(-1), clock(60)))
    cluster.start("coordinator")
    cluster.wait_ready()
    wait_for("it rests in the quiet hours", lambda: sweeps()[0]["state"] == "paused")
    time.sleep(6)  # a look of the timetable later
    assert len(sweeps()) == 1, sweeps()

    cluster.api("POST", f"/api/v1/sweeps/{today['id']}/resume")
    wait_for("who lets it go on all the same is not overruled", lambda: sweeps()[0]["state"] == "done", 60)
    assert len(sweeps()) == 1 and sweeps()[0]["ended_total"] == APPS, sweeps()


if __name__ == "__main__":
    with_cluster("timetable", run, workers=1, devices=1)

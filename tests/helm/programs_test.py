#!/usr/bin/env python3
"""What the chart, the units and the images say of the programs, held against the programs: the rendered pods run here as
processes, their metrics page is promtool's and the rules' own, and what they link is what the images install.

usage: programs_test.py PROGRAMS SOURCE
"""
import json
import os
import pathlib
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import unittest

import yaml

import helm
from counted import exported
from helm import CHART, ROOT, ci, containers, of, render
from pods import Pods, find

PROGRAMS = sys.argv[1]
del sys.argv[1:3]
SCRIPT = CHART / "files/prepare-worker.sh"


def setUpModule():
    helm.install()


class Folder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="storesweep_helm_")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)


class Prepared(Folder):
    """files/prepare-worker.sh"""

    def prepare(self, name="w-0", endpoints=None):
        keys, devices = self.folder / "keys", self.folder / "devices"
        for folder in (keys, devices):
            folder.mkdir(exist_ok=True)
        for part in ("key", "seed"):
            (keys / f"w-0.{part}").write_text(part)
        if endpoints is not None:
            (devices / "w-0").write_text(endpoints)
        (self.folder / "worker.yaml").write_text('name: "@NAME@"\nconnect: @ENDPOINTS@\nserials: @ENDPOINTS@\n')
        return subprocess.run(["sh", SCRIPT, name, self.folder / "worker.yaml", keys, self.folder / "out", "",
                               "" if endpoints is None else devices], capture_output=True, text=True)

    def test_each_gets_its_own_as_files_that_nobody_else_may_read(self):
        self.assertEqual(self.prepare().returncode, 0)
        for file in ("keys/w-0.key", "keys/w-0.seed", "worker.yaml"):
            self.assertEqual(stat.S_IMODE((self.folder / "out" / file).stat().st_mode), 0o600, file)

    def test_devices_from_a_secret(self):
        self.assertEqual(self.prepare(endpoints="10.0.0.5:5555\n# the old one\n\nphone-2.lab:5555").returncode, 0)
        config = yaml.safe_load((self.folder / "out/worker.yaml").read_text())
        self.assertEqual(config, {"name": "w-0", "connect": ["10.0.0.5:5555", "phone-2.lab:5555"],
                                  "serials": ["10.0.0.5:5555", "phone-2.lab:5555"]})

    def test_says_what_is_missing(self):
        self.assertIn("keygen", self.prepare(name="w-1").stderr)
        self.assertIn("names none", self.prepare(endpoints="# none\n").stderr)
        for wrong in ('a"]; rm', "a b", "a/b", "a&b"):
            self.assertIn("no HOST:PORT", self.prepare(endpoints=wrong).stderr, wrong)


class Configured(Folder):
    def test_the_coordinator_takes_its_configuration(self):
        for values in helm.CI:
            text = of(render("helm4", values), "ConfigMap", "-coordinator")["data"]["coordinator.yaml"]
            for secret in ("postgres/password", "s3/access_key", "s3/secret_key"):
                file = self.folder / secret.split("/")[1]
                file.write_text("secret\n")
                text = text.replace(f"/etc/storesweep/{secret}", str(file))
            (self.folder / "coordinator.yaml").write_text(text)
            done = subprocess.run([find(PROGRAMS, "storesweep-coordinator"), "--config", self.folder / "coordinator.yaml", "--check-config"],
                                  capture_output=True, text=True,
                                  env=os.environ | {"STORESWEEP_PUBLIC_URL": "http://pod-0:8080"})  # as the pod's env says
            self.assertEqual(done.returncode, 0, f"{values.name}: {done.stderr}")

    def test_values_offer_keys_that_the_coordinator_knows(self):
        manual = (ROOT / "docs/coordinator.yaml").read_text()
        schema = json.loads((CHART / "values.schema.json").read_text())["definitions"]["coordinatorConfig"]["properties"]
        for section, of_section in schema.items():
            self.assertRegex(manual, rf"(?m)^{section}:")
            for key in of_section["properties"]:
                self.assertRegex(manual, rf"(?m)^  {key}:", f"{section}.{key}")


class Running(Folder):
    """One release as processes, through its life."""

    def test_a_release_lives(self):
        pods = Pods(PROGRAMS, self.folder)
        self.addCleanup(pods.stop)
        pods.start("coordinator")
        pods.wait("ready", lambda: "ready" in pods.get("/readyz", token=None))
        for pod in ("rehearsal-0", "rehearsal-1"):
            pods.start(pod)
        self.nightly_starts_once(pods)
        pods.wait("each pod shows devices of its own", lambda: len({
            d["identity"] for d in json.loads(pods.get("/api/v1/devices"))["rows"] if d["worker"]}) == 4)
        for container in containers(of(pods.objects, "Pod")["spec"]):
            self.assertTrue(pods.finished("test", container))
        self.scripted_worker(pods)
        self.page_is_sound(pods)
        worker = pods.processes["rehearsal-0.worker"]
        worker.send_signal(signal.SIGTERM)
        self.assertEqual(worker.wait(timeout=60), 0, "SIGTERM drains")
        coordinator = pods.processes["coordinator.coordinator"]
        coordinator.send_signal(signal.SIGTERM)
        self.assertEqual(coordinator.wait(timeout=60), 0)

    def nightly_starts_once(self, pods):
        rows = [{"package": f"com.example.a{i}", "store": "s", "version_name": "1", "apk_url": f"script:app=a{i};ms=10"} for i in range(20)]
        (pods.folder / "catalogue.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows))
        spec = of(pods.objects, "CronJob", "-nightly")["spec"]["jobTemplate"]["spec"]["template"]["spec"]
        for _ in range(2):  # a pod that failed at the end, and the one that came after it
            for container in containers(spec):
                pods.finished("nightly", container, JOB="demo-storesweep-nightly-1")
        sweeps = json.loads(pods.get("/api/v1/sweeps"))["rows"]
        self.assertEqual([s["name"] for s in sweeps], ["nightly"])

    def scripted_worker(self, pods):
        """Simulated devices take minutes for an app; scripted ones end the sweep, so that the page has what a sweep counts."""
        config = pods.folder / "scripted.yaml"
        config.write_text(yaml.safe_dump({
            "name": "scripted", "coordinator": {"address": f"tcp://127.0.0.1:{pods.link}", "public_key": pods.public},
            "key_folder": str(pods.secrets / "keys"), "scripted": {"devices": 4}}))
        pods.launch("scripted", [find(PROGRAMS, "storesweep-worker"), "run", "--config", config])
        pods.wait("some have ended", lambda: 'storesweep_jobs_ended_total{end="verdict"}' in pods.get("/metrics"), 120)

    def page_is_sound(self, pods):
        page = pods.get("/metrics")
        done = subprocess.run(["promtool", "check", "metrics"], input=page, capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))
        shown = set(re.findall(r"^(storesweep_\w+)", page, re.M))
        known = exported()
        self.assertEqual(shown - set(known), set(), "counted.py reads names.h and the code otherwise than they are")
        for always in ("storesweep_leading", "storesweep_jobs", "storesweep_leases", "storesweep_devices", "storesweep_workers_connected",
                       "storesweep_disk_free_bytes", "storesweep_leasing_stopped", "storesweep_sweep_listings"):
            self.assertIn(always, shown)
        for state in ("pending", "second_run", "retest", "paused"):
            self.assertIn(f'storesweep_jobs{{state="{state}"}}', page)
        print(len(shown), "series names on a page, of", len(known))


class Installed(Folder):
    def setUp(self):
        super().setUp()
        if not (ROOT / "build/release/cmake_install.cmake").exists():
            print("SKIPPED: no release build to install")
            self.skipTest("no release build")
        done = subprocess.run(["cmake", "--install", ROOT / "build/release"], env={**os.environ, "DESTDIR": str(self.folder)},
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.local = self.folder / "usr/local"

    def test_a_single_machine_has_all_it_needs(self):
        for file in ("bin/storesweep", "bin/storesweep-coordinator", "bin/storesweep-judge", "bin/storesweep-worker",
                     "share/storesweep/rules/pack.yaml", "lib/systemd/system/storesweep-coordinator.service", "lib/sysusers.d/storesweep.conf"):
            self.assertTrue((self.local / file).exists(), file)
        self.assertFalse((self.local / "bin/simdroid").exists(), "a simulator is nothing for a machine that judges")

    def test_systemd_takes_the_units(self):
        if shutil.which("systemd-analyze") is None:
            print("SKIPPED: no systemd-analyze on this machine")
            self.skipTest("no systemd-analyze")
        system = self.local / "lib/systemd/system"
        for target in ("sysinit", "basic", "shutdown", "network-online", "multi-user"):  # of the system around them
            (system / f"{target}.target").write_text("[Unit]\nDefaultDependencies=no\n")
        for unit in ("storesweep-coordinator.service", "storesweep-worker@w1.service"):
            done = subprocess.run(["systemd-analyze", "verify", "--man=no", f"--root={self.folder}", unit], capture_output=True, text=True)
            self.assertEqual((done.returncode, done.stderr), (0, ""), unit)

    def test_the_examples_are_configurations(self):
        examples = self.local / "share/storesweep/examples"
        done = subprocess.run([self.local / "bin/storesweep-coordinator", "--config", examples / "coordinator.yaml", "--check-config"],
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        text = (examples / "worker.yaml").read_text().replace("NAME", "w1").replace("KEY", f"'{'k' * 40}'")
        (self.folder / "worker.yaml").write_text(text)
        done = subprocess.run([self.local / "bin/storesweep-worker", "run", "--config", self.folder / "worker.yaml"],
                              capture_output=True, text=True, timeout=60)
        self.assertIn("w1.key", done.stderr, "all that is missing is the key")


class Images(unittest.TestCase):
    """deploy/Dockerfile cannot be built where there is no Docker; what it installs can be compared."""
    TEXT = (ROOT / "deploy/Dockerfile").read_text()

    def stages(self):
        for part in self.TEXT.split("\nFROM ")[1:]:
            yield part.split("\n", 1)[0].split(" AS ")[1], part

    def test_base_is_pinned_and_nothing_runs_as_root(self):
        self.assertRegex(self.TEXT, r"(?m)^ARG BASE$")
        for name, part in self.stages():
            if name in ("coordinator", "worker", "simulator"):
                self.assertIn("USER 10001:10001", part)

    def test_what_programs_link_is_installed(self):
        for name, programs in (("coordinator", ("storesweep", "storesweep-coordinator", "storesweep-judge")),
                               ("worker", ("storesweep-worker",)), ("simulator", ("simdroid",))):
            part = dict(self.stages())[name]
            listed = re.search(r"--no-install-recommends \\\n(.*?)\n &&", part, re.S)[1].replace("\\", "").split()
            given = closure([*listed, "libstdc++6", "libc6"])
            for program in programs:
                missing = {p for p in linked(find(PROGRAMS, program)) if p not in given}
                self.assertEqual(missing, set(), f"{name}: {program}")


def closure(packages):
    """With all that they depend on, by apt's own lists."""
    done = subprocess.run(["apt-cache", "depends", "--recurse", "--no-recommends", "--no-suggests", "--no-conflicts", "--no-breaks",
                           "--no-replaces", "--no-enhances", "--installed", *packages], capture_output=True, text=True)
    return set(packages) | set(re.findall(r"^(\S+)$", done.stdout, re.M))


def linked(program):
    """Debian packages of the libraries that a program loads, but for those of a sanitizer."""
    loaded = re.findall(r"=> (/\S+)", subprocess.run(["ldd", program], capture_output=True, text=True).stdout)
    files = [os.path.realpath(file) for file in loaded]
    owners = subprocess.run(["dpkg", "-S", *files], capture_output=True, text=True).stdout if files else ""
    return set(re.findall(r"^([^:,\s]+)", owners, re.M)) - {"libasan8", "libubsan1", "libtsan2"}


if __name__ == "__main__":
    unittest.main()

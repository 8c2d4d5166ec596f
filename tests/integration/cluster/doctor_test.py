#!/usr/bin/env python3
"""`doctor` of coordinator and worker on set-ups that are whole, and on each that is not in one thing: it names that thing,
says what to do, and ends with 1.

usage: doctor_test.py PROGRAMS SOURCE
"""
import os
import signal
import subprocess
import sys
import tempfile

from cluster import Cluster, Simulated, wait_ports


class Doctor:
    def __init__(self, programs, source, folder):
        self.cluster = Cluster(programs, source, folder, workers=1, real=Simulated(devices=2, apis="28", rate=1))

    def ask(self, program, config):
        done = subprocess.run([self.cluster.programs[program], "doctor", "--config", self.cluster.folder / config],
                              capture_output=True, text=True, timeout=120)
        return done.returncode, done.stdout + done.stderr

    def sound(self, program, config):
        code, text = self.ask(program, config)
        assert code == 0 and ", 0 bad" in text and "BAD" not in text, text
        return text

    def bad(self, program, config, *words):
        code, text = self.ask(program, config)
        lines = text.splitlines()
        told = [line + " " + lines[i + 1] for i, line in enumerate(lines[:-1]) if line.startswith("BAD")]
        assert code == 1 and any(all(word in one for word in words) for one in told), (words, text)

    def changed(self, config, old, new):
        text = (self.cluster.folder / config).read_text()
        assert old in text, (old, text)
        (self.cluster.folder / f"changed-{config}").write_text(text.replace(old, new))
        return f"changed-{config}"

    def coordinator(self):
        config = "coordinator.yaml"
        self.cluster.start("coordinator")
        self.cluster.wait_ready()
        text = self.sound("storesweep-coordinator", config)
        assert "HTTP: 127.0.0.1:" in text and "workers: " in text, text
        for old, new, *words in (
                ("workers_file: workers.txt", "workers_file: nobody.txt", "workers", "keygen"),
                ("key_file: coordinator.key", "key_file: no.key", "transport key", "keygen"),
                ("low_water_bytes: 1 MiB, high_water_bytes: 2 MiB", "low_water_bytes: 1000 TiB, high_water_bytes: 1000 TiB",
                 "evidence", "make room"),
                ("storesweep-judge", "no-judge", "judge", "judging.program"),
                ("/rules,", "/no-rules,", "rule pack"),
                ("store: {sqlite: store.db}", "store: {postgres: {connection: 'host=127.0.0.1 port=1 dbname=x', patience_ms: 0}}",
                 "PostgreSQL", "docs/postgres.md")):
            self.bad("storesweep-coordinator", self.changed(config, old, new), *words)

    def worker(self):
        config, adb = "w.yaml", f'server: "127.0.0.1:{self.cluster.real.adb}"'
        self.bad("storesweep-worker", self.changed(config, adb, adb + ", start: false"), "adb server", "start it")
        self.cluster.start("simdroid")
        wait_ports(range(self.cluster.real.first, self.cluster.real.first + 2))
        self.cluster.start("adb")
        wait_ports([self.cluster.real.adb])
        serials = [f"127.0.0.1:{self.cluster.real.first + d}" for d in range(2)]
        self.bad("storesweep-worker", config, f"device {serials[0]}", "does not show it", "devices.serials")
        for serial in serials:
            subprocess.run(["adb", "-P", str(self.cluster.real.adb), "connect", serial], capture_output=True, timeout=30,
                           env=os.environ | {"HOME": str(self.cluster.folder / "adb-home")})
        text = self.sound("storesweep-worker", config)
        assert text.count("API 28") == 2 and "coordinator: 127.0.0.1:" in text and "adb: adb: Android Debug Bridge" in text, text
        self.bad("storesweep-worker", self.changed(config, "key_folder: keys", "key_folder: lost"), "signing key", "keygen w --folder")
        self.bad("storesweep-worker", self.changed(config, "\nrules: ", "\ntraffic: {mitmdump: no-such-mitmdump}\nrules: "), "mitmdump")
        self.cluster.kill("coordinator", signal.SIGTERM)
        self.bad("storesweep-worker", config, "coordinator", "Connection refused", "firewalls")
        code, text = self.ask("storesweep-coordinator", "coordinator.yaml")
        assert code == 0 and "no coordinator runs there now" in text, text


def main():
    with tempfile.TemporaryDirectory(prefix="storesweep_doctor_") as folder:
        doctor = Doctor(sys.argv[1], sys.argv[2], folder)
        try:
            doctor.coordinator()
            doctor.worker()
        finally:
            doctor.cluster.stop()
    print("1 passed, 0 failed")


main()

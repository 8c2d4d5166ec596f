#!/usr/bin/env python3
"""Other people's ADB clients, from npm, drive simdroid: adbkit through a stock adb server, yume-chan's on the device
protocol itself. Skipped, saying so, only where npm cannot be reached.

usage: clients_test.py SIMDROID
"""
import pathlib
import shutil
import subprocess
import sys
import unittest

from bench import HERE, ROOT, AdbServer, Simdroid, probe_apk

PROGRAM = sys.argv.pop(1)
MODULES = ROOT / "build/simdroid-clients"


def npm_install():
    """The locked packages in build/; raises SkipTest with npm's words."""
    MODULES.mkdir(parents=True, exist_ok=True)
    lock = (HERE / "package-lock.json").read_bytes()
    done = MODULES / ".installed"
    if done.exists() and done.read_bytes() == lock:
        return
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, MODULES / name)
    npm = subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=MODULES, capture_output=True, text=True)
    if npm.returncode != 0:
        unreachable = any(word in npm.stderr for word in ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ETIMEDOUT", "network"))
        if not unreachable:
            raise AssertionError(npm.stderr)
        raise unittest.SkipTest("npm cannot be reached: " + npm.stderr.strip().splitlines()[-1])
    done.write_bytes(lock)


class Clients(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        npm_install()
        cls.sim = Simdroid(PROGRAM)
        cls.addClassCleanup(cls.sim.stop)
        cls.apk = probe_apk()

    def node(self, script, *arguments):
        done = subprocess.run(["node", HERE / script, MODULES, *map(str, arguments)], capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_adbkit_through_the_server(self):
        adb = AdbServer()
        self.addCleanup(adb.stop)
        for serial in self.sim.all:
            adb.connect(serial)
            self.node("adbkit.mjs", adb.port, serial, "ALL", self.apk)

    def test_yume_chan_on_the_device_protocol(self):
        for address in self.sim.all:
            self.node("direct.mjs", address, "ALL", self.apk)

    def test_yume_chans_keys_are_accepted_or_left_waiting(self):
        for option, part in (("accept", "ADB-HALF"), ("known", "REFUSED")):
            sim = Simdroid(PROGRAM, "--auth", option, apis="33")
            self.addCleanup(sim.stop)
            self.node("direct.mjs", sim.all[0], part, self.apk)


if __name__ == "__main__":
    unittest.main()

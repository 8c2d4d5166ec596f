#!/usr/bin/env python3
"""What an app does on a simulated Android, seen through the stock adb client: installing, screens and taps, permissions,
logs, app-ops, tasks, reboot. And every probe source of the project is installed and started on 9 and 13.

usage: android_test.py SIMDROID
"""
import html
import pathlib
import re
import subprocess
import sys
import time
import unittest

from bench import ROOT, AdbServer, Simdroid

sys.path.append(str(ROOT / "probes"))
from builder.package import ALIAS, FRAMEWORK, PASSWORD  # noqa: E402  the path is known only now

PROGRAM = sys.argv.pop(1)
NEW = (28, 33)
ALL = (19, 28, 33)


class Android(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        subprocess.run([sys.executable, ROOT / "probes/build.py"], check=True, capture_output=True)
        cls.sim = Simdroid(PROGRAM)
        cls.adb = AdbServer()
        for serial in cls.sim.all:
            cls.adb.connect(serial)

    @classmethod
    def tearDownClass(cls):
        cls.adb.stop()
        code = cls.sim.stop()
        assert code == 0, f"simdroid ended with {code}"

    def setUp(self):
        self.installed = []

    def tearDown(self):
        for serial, package in self.installed:
            self.adb.run("uninstall", package, serial=serial)

    def sh(self, serial, command):
        return self.adb.run("shell", command, serial=serial).stdout.decode().replace("\r\n", "\n")

    def install(self, serial, name):
        package = re.search(r"^app: (\S+)$", (ROOT / f"probes/{name}.yaml").read_text(), re.M)[1]
        done = self.adb.run("install", ROOT / f"build/probes/{name}.apk", serial=serial)
        self.assertIn(b"Success", done.stdout, done)
        self.installed.append((serial, package))
        return package

    def start(self, serial, package):
        out = self.sh(serial, f"am start -W -n {package}/.MainActivity")
        self.assertIn("Status: ok", out)
        return out

    def nodes(self, serial):
        self.assertIn("UI hierchary dumped to: /sdcard/w.xml", self.sh(serial, "uiautomator dump /sdcard/w.xml"))
        return [dict(re.findall(r'([a-z-]+)="([^"]*)"', node)) for node in re.findall(r"<node[^>]*>", self.sh(serial, "cat /sdcard/w.xml"))]

    def texts(self, serial):
        return [html.unescape(n["text"]) for n in self.nodes(serial) if n["text"]]

    def tap(self, serial, what):
        for node in self.nodes(serial):
            if html.unescape(node["text"]) == what or node.get("resource-id", "").endswith("/" + what):
                left, top, right, bottom = map(int, re.findall(r"\d+", node["bounds"]))
                self.sh(serial, f"input tap {(left + right) // 2} {(top + bottom) // 2}")
                return
        self.fail(f"{what} is not on screen: {self.texts(serial)}")

    def eventually(self, what, seconds=20):
        end = time.time() + seconds
        while not (got := what()) and time.time() < end:
            time.sleep(0.05)
        return got


class Apps(Android):
    def test_every_probe_is_installed_and_started(self):
        names = sorted(p.stem for p in (ROOT / "probes").glob("*.yaml"))
        self.assertGreater(len(names), 40)
        for api in NEW:
            serial = self.sim.addresses[api]
            for name in names:
                package = self.install(serial, name)
                self.assertEqual(self.sh(serial, f"getprop storesweep.behaviour.{package}"), "present\n", name)
                self.start(serial, package)
                if api == 33 and name == "old_target":
                    self.tap(serial, "continue_button")
                self.sh(serial, "sleep 2; input keyevent HOME; sleep 2")
                starts = [line for line in self.sh(serial, "logcat -d -b events").splitlines() if "am_proc_start" in line and f",{package}," in line]
                self.assertTrue(starts, name)
                self.assertNotIn("FATAL EXCEPTION", self.sh(serial, "logcat -d -b crash"), name)
                self.assertIn(b"Success", self.adb.run("uninstall", package, serial=serial).stdout)
                self.sh(serial, "logcat -c -b all")
            self.assertEqual(self.sh(serial, "pm list packages -3"), "")

    def test_a_consent_dialog_is_read_and_answered(self):
        for api in ALL:
            serial = self.sim.addresses[api]
            self.start(serial, self.install(serial, "consent_both"))
            self.assertIn("用户协议与隐私政策", self.texts(serial))
            self.tap(serial, "agree")
            self.assertNotIn("用户协议与隐私政策", self.texts(serial))
            self.assertIn("今日推荐", self.texts(serial))

    def test_a_refusal_makes_the_app_leave_and_android_says_so(self):
        for api in NEW:
            serial = self.sim.addresses[api]
            package = self.install(serial, "denied_exit")
            self.start(serial, package)
            deny = next(n["resource-id"].split("/")[1] for n in self.nodes(serial) if "permission_deny" in n["resource-id"])
            self.assertIn("com.android.permissioncontroller" if api == 33 else "packageinstaller", self.sh(serial, "dumpsys window | grep mCurrentFocus"))
            self.tap(serial, deny)
            self.assertTrue(self.eventually(lambda: "am_proc_died" in self.sh(serial, "logcat -d -b events")))
            self.assertEqual(self.sh(serial, f"pidof {package}"), "")
            self.assertRegex(self.sh(serial, f"dumpsys package {package}"), r"android\.permission\.CAMERA: granted=false, flags=\[ USER_SET")
            self.assertNotIn("CAMERA:", self.sh(serial, f"appops get {package}").replace("CAMERA: ignore", ""))

    def test_the_clipboard_is_noted_before_consent(self):
        for api in NEW:
            serial = self.sim.addresses[api]
            package = self.install(serial, "clipboard_before_consent")
            self.start(serial, package)
            self.assertIn("READ_CLIPBOARD", self.sh(serial, f"appops get {package}"))
            self.assertRegex(self.sh(serial, "dumpsys appops"), r"READ_CLIPBOARD \(allow\):")

    def test_swiped_away_a_sticky_service_comes_back(self):
        for api in NEW:
            serial = self.sim.addresses[api]
            package = self.install(serial, "sticky_service")
            self.start(serial, package)
            self.sh(serial, "input keyevent 3; sleep 2")
            listed = self.sh(serial, "am stack list")
            task = re.search(rf"taskId=(\d+): {package}", listed).group(1)
            self.sh(serial, f"am stack remove {task}; sleep 5")
            events = self.sh(serial, "logcat -d -b events")
            self.assertIn("remove task", events)
            self.assertIn("am_schedule_service_restart", events)
            self.assertEqual(len(re.findall(rf"am_proc_start: \[0,\d+,\d+,{package},", events)), 2, events)

    def test_after_a_reboot_only_who_may_starts(self):
        for api in NEW:
            serial = self.sim.addresses[api]
            guilty, innocent = self.install(serial, "boot_start"), self.install(serial, "boot_without_permission")
            for package in (guilty, innocent):
                self.start(serial, package)
            self.adb.run("reboot", serial=serial)
            self.assertTrue(self.eventually(lambda: self.sh(serial, "getprop sys.boot_completed") != "1\n"))

            def booted():
                self.adb.run("connect", serial)
                return self.sh(serial, "getprop sys.boot_completed") == "1\n"
            self.assertTrue(self.eventually(booted, 60))
            self.sh(serial, "sleep 5")
            events = self.sh(serial, "logcat -d -b events")
            self.assertRegex(events, rf"am_proc_start: \[0,\d+,\d+,{guilty},broadcast,\{{?{guilty}/")
            self.assertNotIn(innocent, events)

    def test_never_idle_is_said_after_its_time(self):
        serial = self.sim.addresses[28]
        self.start(serial, self.install(serial, "never_idle"))
        self.assertIn("ERROR: could not get idle state.", self.sh(serial, "uiautomator dump /sdcard/idle.xml"))
        self.assertEqual(self.adb.run("exec-out", "screencap -p", serial=serial).stdout[:8], b"\x89PNG\r\n\x1a\n")

    def test_a_follower_of_the_log_hears_what_happens(self):
        serial = self.sim.addresses[33]
        package = self.install(serial, "plain")
        follower = subprocess.Popen(["adb", "-s", serial, "logcat", "-b", "events", "-v", "threadtime", "-T", "1"], env=self.adb.env, stdout=subprocess.PIPE, text=True)
        time.sleep(0.5)
        self.start(serial, package)
        for line in follower.stdout:
            if f"{package}" in line and "am_proc_bound" in line:
                break
        follower.kill()
        follower.wait()
        follower.stdout.close()

    def split_of(self, package, name):
        """A split APK without code, signed as the probes are."""
        folder = pathlib.Path(self.adb.folder.name) / name
        folder.mkdir(exist_ok=True)
        (folder / "AndroidManifest.xml").write_text(
            f'<manifest xmlns:android="http://schemas.android.com/apk/res/android" package="{package}" split="{name}" '
            'android:versionCode="1"><application android:hasCode="false" /></manifest>')
        apk = folder / f"{name}.apk"
        subprocess.run(["aapt", "package", "-f", "-M", folder / "AndroidManifest.xml", "-I", FRAMEWORK, "-F", apk], check=True, capture_output=True)
        subprocess.run(["apksigner", "sign", "--ks", ROOT / "build/probes.keystore", "--ks-pass", f"pass:{PASSWORD}", "--ks-key-alias", ALIAS,
                        "--min-sdk-version", "21", apk], check=True, capture_output=True)
        return apk

    def test_a_base_comes_with_its_splits(self):
        base, package = ROOT / "build/probes/plain.apk", "cn.storesweep.probe.plain"
        splits = [self.split_of(package, name) for name in ("config.zh", "config.xhdpi")]
        stranger = self.split_of("cn.storesweep.probe.other", "config.en")
        for api in NEW:
            serial = self.sim.addresses[api]
            for files, why in (([splits[0], splits[1]], "Full install must include a base package"),
                               ([base, stranger], "inconsistent with")):
                done = self.adb.run("install-multiple", *files, serial=serial)
                self.assertIn("INSTALL_FAILED_INVALID_APK", (done.stdout + done.stderr).decode(), files)
                self.assertIn(why, (done.stdout + done.stderr).decode())
            self.assertEqual(self.sh(serial, "pm list packages -3"), "")
            done = self.adb.run("install-multiple", base, *splits, serial=serial)
            self.assertIn(b"Success", done.stdout, done)
            self.installed.append((serial, package))
            paths = self.sh(serial, f"pm path {package}").splitlines()
            self.assertEqual([p.rsplit("/", 1)[1] for p in paths], ["base.apk", "split_config.xhdpi.apk", "split_config.zh.apk"])
            self.start(serial, package)

    def test_failing_installs_say_why(self):
        serial = self.sim.addresses[28]
        broken = pathlib.Path(self.adb.folder.name) / "broken.apk"
        broken.write_bytes(b"PK no apk")
        done = self.adb.run("install", broken, serial=serial)
        self.assertIn(b"INSTALL_PARSE_FAILED_NOT_APK", done.stdout + done.stderr)
        self.sh(serial, "setprop storesweep.fault full_disk")
        done = self.adb.run("install", ROOT / "build/probes/plain.apk", serial=serial)
        self.assertIn(b"INSTALL_FAILED_INSUFFICIENT_STORAGE", done.stdout + done.stderr)
        self.sh(serial, "setprop storesweep.fault none")
        package = self.install(serial, "plain")
        self.assertRegex(self.sh(serial, f"pm path {package}"), r"^package:/data/app/\S+/base\.apk\n$")
        self.assertIn("Success", self.sh(serial, f"pm uninstall {package}"))
        self.assertEqual(self.adb.run("shell", f"pm path {package}", serial=serial).returncode, 1)


if __name__ == "__main__":
    unittest.main()

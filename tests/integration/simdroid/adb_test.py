#!/usr/bin/env python3
"""The stock adb client and server drive simdroid: what they do with a real device they do with a simulated one.

usage: adb_test.py SIMDROID
"""
import concurrent.futures
import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import time
import unittest
import zlib

from bench import AdbServer, Simdroid, probe_apk

PROGRAM = sys.argv.pop(1)
NEW = (28, 33)  # with shell protocol; 19 is without
ALL = (19, 28, 33)


class Adb(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sim = Simdroid(PROGRAM)
        cls.adb = AdbServer()
        cls.folder = tempfile.TemporaryDirectory(prefix="storesweep_files_")
        cls.path = pathlib.Path(cls.folder.name)
        for serial in cls.sim.all:
            cls.adb.connect(serial)

    @classmethod
    def tearDownClass(cls):
        cls.adb.stop()
        code = cls.sim.stop()
        cls.folder.cleanup()
        assert code == 0, f"simdroid ended with {code}"

    def each(self, apis=ALL):
        return [self.sim.addresses[api] for api in apis]

    def eventually(self, what, wanted, seconds=10):
        end = time.time() + seconds
        while (got := what()) != wanted and time.time() < end:
            time.sleep(0.05)
        self.assertEqual(got, wanted)

    def shell(self, serial, command, **how):
        return self.adb.run("shell", command, serial=serial, **how)


class Connections(Adb):
    def test_devices_shows_each_with_its_model(self):
        text = self.adb.text("devices", "-l")
        for serial in self.sim.all:
            line = next(x for x in text.splitlines() if x.startswith(serial))
            self.assertIn(" device product:", line)
            self.assertRegex(line, r"model:\S+ device:\S+ transport_id:\d+$")

    def test_serial_and_features(self):
        for serial in self.each(NEW):
            self.assertIn("shell_v2", self.adb.text("features", serial=serial).split())
            self.assertEqual(self.adb.text("get-state", serial=serial), "device\n")
        self.assertEqual(self.adb.text("features", serial=self.sim.addresses[19]).split(), [])

    def test_connect_twice_disconnect_and_connect_again(self):
        serial = self.sim.addresses[33]
        self.assertEqual(self.adb.text("connect", serial), f"already connected to {serial}\n")
        self.assertEqual(self.adb.text("disconnect", serial), f"disconnected {serial}\n")
        self.assertEqual(self.adb.state(serial), "none")
        self.assertEqual(self.adb.text("connect", serial), f"connected to {serial}\n")
        self.adb.connect(serial)

    def test_track_devices_tells_of_one_that_goes_and_comes_back(self):
        serial = self.sim.addresses[28].encode()
        tracker = self.adb.ask(b"host:track-devices")

        def next_state():
            frame = tracker.recv(int(tracker.recv(4, 256), 16), 256)
            states = dict(line.split(b"\t") for line in frame.splitlines())
            return states.get(serial, b"none")

        self.assertEqual(next_state(), b"device")
        self.shell(serial.decode(), "setprop storesweep.fault 'offline 700'")
        seen = [next_state()]
        end = time.time() + 20
        while seen[-1] != b"device" and time.time() < end:
            if seen[-1] == b"none":
                self.adb.run("connect", serial.decode())
            seen.append(next_state())
        tracker.close()
        self.assertTrue({b"offline", b"none"} & set(seen), seen)
        self.assertEqual(seen[-1], b"device", seen)

    def test_a_device_that_hangs_answers_later(self):
        serial = self.sim.addresses[33]
        begin = time.time()
        self.shell(serial, "setprop storesweep.fault 'hang 1500'")
        self.assertEqual(self.shell(serial, "echo here").stdout, b"here\n")
        self.assertGreater(time.time() - begin, 1.4)


class Shells(Adb):
    def test_exit_codes_and_streams_are_told_apart(self):
        for serial in self.each(NEW):
            done = self.shell(serial, "echo out; echo err >&2; exit 3")
            self.assertEqual((done.stdout, done.stderr, done.returncode), (b"out\n", b"err\n", 3))
            self.assertEqual(self.shell(serial, "false").returncode, 1)
            self.assertEqual(self.shell(serial, "nosuch").returncode, 127)

    def test_the_old_shell_mixes_them_and_always_says_0(self):
        done = self.shell(self.sim.addresses[19], "echo out; echo err 1>&2; exit 3")
        self.assertEqual((done.stdout, done.stderr, done.returncode), (b"out\r\nerr\r\n", b"", 0))

    def test_input_reaches_the_command(self):
        for serial in self.each(NEW):
            self.assertEqual(self.shell(serial, "wc -c", stdin=b"12345").stdout.split(), [b"5"])
            self.assertEqual(self.adb.run("exec-in", "cat > /data/local/tmp/in", serial=serial, stdin=b"a\nb").returncode, 0)
            self.eventually(lambda: self.adb.run("exec-out", "cat /data/local/tmp/in", serial=serial).stdout, b"a\nb")

    def test_output_of_a_megabyte_is_whole(self):
        data = os.urandom(1 << 20)
        (self.path / "mega").write_bytes(data)
        for serial in self.each(NEW):
            self.adb.text("push", self.path / "mega", "/data/local/tmp/mega", serial=serial)
            self.assertEqual(self.adb.run("exec-out", "cat /data/local/tmp/mega", serial=serial).stdout, data)
            self.assertEqual(self.adb.run("shell", "-T", "cat /data/local/tmp/mega", serial=serial).stdout, data)

    def test_many_at_once_on_one_device(self):
        serial = self.sim.addresses[28]
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            outs = pool.map(lambda i: self.shell(serial, f"sleep 5; echo {i}").stdout, range(48))
            self.assertEqual([int(o) for o in outs], list(range(48)))

    def test_a_terminal_has_returns(self):
        for serial in self.each(NEW):
            done = self.adb.run("shell", "-tt", "echo a; echo b >&2; exit 4", serial=serial)
            self.assertEqual((done.stdout, done.returncode), (b"a\r\nb\r\n", 4))

    def test_root_where_the_build_allows_it(self):
        for serial in self.each((19, 33)):
            self.assertIn("restarting adbd as root", self.adb.text("root", serial=serial))
            self.adb.connect(serial)
            self.assertTrue(self.shell(serial, "id").stdout.startswith(b"uid=0(root)"))
            self.assertIn("already running as root", self.adb.text("root", serial=serial))
            self.adb.text("unroot", serial=serial)
            self.adb.connect(serial)
            self.assertTrue(self.shell(serial, "id").stdout.startswith(b"uid=2000(shell)"))
        self.assertIn("cannot run as root in production builds", self.adb.text("root", serial=self.sim.addresses[28]))


class Files(Adb):
    def test_files_of_many_sizes_go_there_and_back(self):
        for serial in self.each():
            for size in (0, 1, 4095, 4096, 65535, 65536, 65537, 3_000_000):
                data = os.urandom(size)
                (self.path / "there").write_bytes(data)
                self.adb.text("push", self.path / "there", "/data/local/tmp/x.bin", serial=serial)
                self.adb.text("pull", "/data/local/tmp/x.bin", self.path / "back", serial=serial)
                self.assertEqual((self.path / "back").read_bytes(), data, size)

    def test_trees_go_there_and_back(self):
        tree = self.path / "tree"
        for name in ("a.txt", "sub/b.txt", "sub/deeper/c d.txt", "空/文件.txt"):
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            (tree / name).write_text(name)
        for serial in self.each():
            if serial == self.sim.addresses[19]:
                for folder in ("sub", "sub/deeper", "空"):  # the client makes none there
                    self.shell(serial, f"mkdir -p /data/local/tmp/t{serial[-5:]}/{folder}")
                self.adb.text("push", f"{tree}/.", f"/data/local/tmp/t{serial[-5:]}", serial=serial)
            else:
                self.adb.text("push", tree, f"/data/local/tmp/t{serial[-5:]}", serial=serial)
            back = self.path / f"back{serial[-5:]}"
            self.adb.text("pull", f"/data/local/tmp/t{serial[-5:]}", back, serial=serial)
            self.assertEqual({f.relative_to(back): f.read_text() for f in back.rglob("*") if f.is_file()},
                             {f.relative_to(tree): f.read_text() for f in tree.rglob("*") if f.is_file()})

    def test_time_and_mode_are_kept(self):
        file = self.path / "kept"
        file.write_text("x")
        os.utime(file, (1_500_000_000, 1_500_000_000))
        for serial in self.each():
            self.adb.text("push", file, "/data/local/tmp/kept", serial=serial)
            self.adb.text("pull", "-a", "/data/local/tmp/kept", self.path / "kept.back", serial=serial)
            self.assertEqual((self.path / "kept.back").stat().st_mtime, 1_500_000_000)
            listed = next(x for x in self.adb.text("ls", "/data/local/tmp", serial=serial).splitlines() if x.endswith(" kept"))
            self.assertEqual(listed.split()[1:3], ["00000001", f"{1_500_000_000:08x}"])

    def test_what_cannot_be_is_refused_in_words(self):
        (self.path / "y").write_text("y" * 100_000)
        for serial in self.each():
            missing = "does not exist" if serial == self.sim.addresses[19] else "No such file or directory"
            for command, words in ((("pull", "/nosuch", self.path / "z"), missing),
                                   (("push", self.path / "y", "/system/y"), "Permission denied"),
                                   (("push", self.path / "y", "/nosuchdir/y"), ""),
                                   (("pull", "/data/system/packages.xml", self.path / "z"), "Permission denied")):
                done = self.adb.run(*command, serial=serial)
                self.assertEqual(done.returncode, 1, command)
                self.assertIn(words, (done.stdout + done.stderr).decode(), command)

    def test_sync_push_of_what_changed_only(self):
        serial = self.sim.addresses[33]
        (self.path / "s").write_text("1")
        self.adb.text("push", "--sync", self.path / "s", "/data/local/tmp/s", serial=serial)
        self.assertIn("0 files pushed, 1 skipped", self.adb.text("push", "--sync", self.path / "s", "/data/local/tmp/s", serial=serial))


class Keys(unittest.TestCase):
    """ro.adb.secure: who is let in."""

    def setUp(self):
        self.adb = AdbServer()  # makes a key of its own in its HOME at the first need
        self.addCleanup(self.adb.stop)

    def device(self, *options):
        sim = Simdroid(PROGRAM, *options, apis="28")
        self.addCleanup(sim.stop)
        return sim.all[0]

    def test_a_key_that_nobody_knows_stays_unauthorized(self):
        serial = self.device("--auth", "known")
        self.assertIn("failed to authenticate", self.adb.run("connect", serial).stdout.decode())
        self.assertEqual(self.adb.state(serial), "unauthorized")
        self.assertNotEqual(self.adb.run("shell", "echo no", serial=serial).returncode, 0)

    def test_a_key_that_a_person_accepts_is_let_in(self):
        serial = self.device("--auth", "accept")
        self.adb.connect(serial)
        self.assertEqual(self.adb.text("shell", "echo hi", serial=serial), "hi\n")

    def test_a_known_key_is_let_in_by_its_signature(self):
        home = pathlib.Path(self.adb.folder.name)
        self.adb.run("keygen", home / "mine", check=True)
        key = home / ".android/adbkey.pub"
        if not key.exists():
            self.adb.run("connect", "127.0.0.1:1")  # nobody there: but now the server has a key
        self.assertTrue(key.exists())
        serial = self.device("--auth", "known", "--keys", str(key))
        self.adb.connect(serial)
        self.assertEqual(self.adb.text("shell", "echo hi", serial=serial), "hi\n")


class Android(Adb):
    """What the device's own tools do, asked for by the stock client."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.apk = probe_apk()

    def setUp(self):
        for serial in self.sim.all:
            self.adb.connect(serial)

    def test_install_list_and_uninstall(self):
        for serial in self.each():
            self.assertIn("Success", self.adb.text("install", self.apk, serial=serial))
            self.assertIn(b"package:com.stranger.hello", self.shell(serial, "pm list packages -3").stdout)
            path = self.shell(serial, "pm path com.stranger.hello").stdout.decode().strip()
            self.assertTrue(path.startswith("package:/data/app/"), path)
            self.adb.text("pull", path[len("package:"):], self.path / "again.apk", serial=serial)
            self.assertEqual((self.path / "again.apk").read_bytes(), self.apk.read_bytes())
            self.assertIn("Success", self.adb.text("uninstall", "com.stranger.hello", serial=serial))
            self.assertNotIn(b"com.stranger.hello", self.shell(serial, "pm list packages").stdout)

    def test_install_twice_and_of_rubbish(self):
        (self.path / "rubbish.apk").write_bytes(os.urandom(5000))
        for serial in self.each():
            self.adb.text("install", "-r", self.apk, serial=serial)
            self.adb.text("install", "-r", self.apk, serial=serial)
            done = self.adb.run("install", self.path / "rubbish.apk", serial=serial)
            self.assertIn(b"Fail", done.stdout + done.stderr)
            self.adb.text("uninstall", "com.stranger.hello", serial=serial)
            self.assertIn(b"Failure", self.adb.run("uninstall", "com.stranger.hello", serial=serial).stdout)

    def test_logcat_ends_and_streams(self):
        for serial in self.each():
            self.adb.text("install", "-r", self.apk, serial=serial)
            follow = subprocess.Popen(["adb", "-s", serial, "logcat", "-b", "events"], env=self.adb.env, stdout=subprocess.PIPE)
            self.shell(serial, "am start -n com.stranger.hello/.MainActivity")
            for line in follow.stdout:
                if b"am_proc_start" in line and b"com.stranger.hello" in line:
                    break
            else:
                self.fail("the log ended without the start of the process")
            follow.kill()
            follow.communicate()
            self.assertIn("com.stranger.hello", self.adb.text("logcat", "-d", "-b", "events", serial=serial))
            self.adb.text("uninstall", "com.stranger.hello", serial=serial)

    def test_a_screenshot_is_a_png_of_the_screen(self):
        for serial in self.each(NEW):
            png = self.adb.run("exec-out", "screencap -p", serial=serial).stdout
            self.assertEqual(png[:8], b"\x89PNG\r\n\x1a\n")
            width, height = struct.unpack(">II", png[16:24])
            size = self.shell(serial, "wm size").stdout.decode().strip()
            self.assertEqual(size, f"Physical size: {width}x{height}")
            at, data = 8, b""
            while at < len(png):
                length, kind = struct.unpack(">I4s", png[at:at + 8])
                body = png[at + 8:at + 8 + length]
                self.assertEqual(struct.unpack(">I", png[at + 8 + length:at + 12 + length])[0], zlib.crc32(kind + body))
                data += body if kind == b"IDAT" else b""
                at += 12 + length
            self.assertEqual(len(zlib.decompress(data)) % (height or 1), 0)

    def test_a_reboot_ends_the_connection_and_the_device_comes_back(self):
        for serial in self.each():
            self.shell(serial, "sleep 60")  # of the device's time: its uptime is above a boot's
            uptime = float(self.shell(serial, "cat /proc/uptime").stdout.split()[0])
            self.adb.run("reboot", serial=serial)
            end = time.time() + 20
            while self.adb.state(serial) == "device" and time.time() < end:
                time.sleep(0.02)
            self.adb.connect(serial)
            self.assertLess(float(self.shell(serial, "cat /proc/uptime").stdout.split()[0]), uptime)
            self.eventually(lambda: self.shell(serial, "getprop sys.boot_completed").stdout.strip(), b"1", 30)


if __name__ == "__main__":
    unittest.main()

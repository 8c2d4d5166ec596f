"""Makes a package of 200 MB with twelve full dex files, for ./dev bench apk: real tools make it (aapt, zipalign,
apksigner), only the dex files are written here, for no tool makes methods by the ten thousand in a minute.

usage: big_apk.py FOLDER [--small]     prints the package's path; what is there already stays
"""
import argparse
import hashlib
import pathlib
import random
import struct
import subprocess
import sys
import zipfile
import zlib

MANIFEST = """<?xml version="1.0" encoding="utf-8"?>
<manifest xmlns:android="http://schemas.android.com/apk/res/android" package="com.example.big" android:versionCode="1" android:versionName="1.0">
  <uses-sdk android:minSdkVersion="24" android:targetSdkVersion="30"/>
  <application android:label="Big"><activity android:name=".Main" android:exported="true"><intent-filter>
    <action android:name="android.intent.action.MAIN"/><category android:name="android.intent.category.LAUNCHER"/>
  </intent-filter></activity></application>
</manifest>
"""
# Framework methods that are called: (class, name, parameter types, return type).
CALLED = [("Landroid/telephony/TelephonyManager;", "getDeviceId", [], "Ljava/lang/String;"),
          ("Landroid/telephony/TelephonyManager;", "getSubscriberId", [], "Ljava/lang/String;"),
          ("Landroid/location/LocationManager;", "getLastKnownLocation", ["Ljava/lang/String;"], "Landroid/location/Location;"),
          ("Ljava/lang/StringBuilder;", "append", ["Ljava/lang/String;"], "Ljava/lang/StringBuilder;"),
          ("Ljava/lang/Object;", "<init>", [], "V")]


def uleb(n):
    out = bytearray()
    while True:
        byte, n = n & 0x7F, n >> 7
        out.append(byte | (0x80 if n else 0))
        if not n:
            return bytes(out)


class Dex:
    """A dex file (AOSP dex format 035) of `classes` classes with `methods` static methods each. Fixed widths keep every
    table sorted as it is written."""

    def __init__(self, number, classes, methods, seed):
        self.random = random.Random(seed)
        self.package = f"Lbig/d{number:02d}/C"
        self.classes = [f"{self.package}{i:05d};" for i in range(classes)]
        self.methods = [f"method{i:03d}" for i in range(methods)]
        self.texts = [f"text {self.random.getrandbits(96):024x}" for _ in range(classes * 4)]

    def build(self):
        types = sorted({*self.classes, "V", *(c for c, _, _, _ in CALLED), *(p for _, _, ps, _ in CALLED for p in ps),
                        *(r for _, _, _, r in CALLED)})
        shorty = {(tuple(p), r): "".join(t if len(t) == 1 else "L" for t in [r, *p]) for _, _, p, r in CALLED}
        shorty[((), "V")] = "V"
        strings = sorted({*types, *self.methods, *self.texts, *(n for _, n, _, _ in CALLED), *shorty.values()})
        string = {s: i for i, s in enumerate(strings)}
        type_ = {t: i for i, t in enumerate(types)}
        protos = sorted(shorty, key=lambda k: (type_[k[1]], [type_[p] for p in k[0]]))
        proto = {p: i for i, p in enumerate(protos)}
        methods = sorted([(type_[c], string[n], proto[(tuple(p), r)]) for c, n, p, r in CALLED] +
                         [(type_[c], string[m], proto[((), "V")]) for c in self.classes for m in self.methods])
        assert len(methods) <= 65536, len(methods)
        method = {m: i for i, m in enumerate(methods)}
        called = [(method[(type_[c], string[n], proto[(tuple(p), r)])], len(p) + (n != "<init>" or 1)) for c, n, p, r in CALLED[:4]]

        header, at = 0x70, 0x70
        tables = {}
        for name, size, count in (("string", 4, len(strings)), ("type", 4, len(types)), ("proto", 12, len(protos)),
                                  ("field", 8, 0), ("method", 8, len(methods)), ("class", 32, len(self.classes))):
            tables[name] = (count, at if count else 0)
            at += size * count
        data_at, data = at, bytearray()

        def align():
            while (data_at + len(data)) % 4:
                data.append(0)

        lists = {}
        for parameters, _ in protos:
            if parameters and parameters not in lists:
                align()
                lists[parameters] = data_at + len(data)
                data += struct.pack("<I", len(parameters)) + b"".join(struct.pack("<H", type_[p]) for p in parameters)
        align()
        codes_at, code_offsets = data_at + len(data), {}
        for i, c in enumerate(self.classes):
            for m in self.methods:
                align()
                code_offsets[(c, m)] = data_at + len(data)
                data += self.code(string, called, i)
        class_data_at, class_data = data_at + len(data), {}
        for c in self.classes:
            class_data[c] = data_at + len(data)
            data += uleb(0) + uleb(0) + uleb(len(self.methods)) + uleb(0)
            previous = 0
            for m in self.methods:
                index = method[(type_[c], string[m], proto[((), "V")])]
                data += uleb(index - previous) + uleb(0x9) + uleb(code_offsets[(c, m)])
                previous = index
        strings_at, offsets = data_at + len(data), []
        for s in strings:
            offsets.append(data_at + len(data))
            data += uleb(len(s)) + s.encode() + b"\0"
        align()
        map_at = data_at + len(data)
        items = [(0, 1, 0), (1, len(strings), tables["string"][1]), (2, len(types), tables["type"][1]),
                 (3, len(protos), tables["proto"][1]), (5, len(methods), tables["method"][1]),
                 (6, len(self.classes), tables["class"][1]), (0x1001, len(lists), min(lists.values())),
                 (0x2001, len(code_offsets), codes_at), (0x2000, len(class_data), class_data_at),
                 (0x2002, len(strings), strings_at), (0x1000, 1, map_at)]
        data += struct.pack("<I", len(items)) + b"".join(struct.pack("<HHII", t, 0, n, o) for t, n, o in sorted(items, key=lambda x: x[2]))

        body = b"".join(struct.pack("<I", o) for o in offsets)
        body += b"".join(struct.pack("<I", string[t]) for t in types)
        body += b"".join(struct.pack("<III", string[shorty[p]], type_[p[1]], lists.get(p[0], 0)) for p in protos)
        body += b"".join(struct.pack("<HHI", c, p, n) for c, n, p in methods)
        no = 0xFFFFFFFF
        body += b"".join(struct.pack("<8I", type_[c], 1, type_["Ljava/lang/Object;"], 0, no, 0, class_data[c], 0) for c in self.classes)
        assert header + len(body) == data_at
        size = data_at + len(data)
        fields = [size, header, 0x12345678, 0, 0, map_at, *(x for n in ("string", "type", "proto", "field", "method", "class") for x in tables[n]),
                  len(data), data_at]
        rest = struct.pack(f"<{len(fields)}I", *fields) + body + data
        signed = hashlib.sha1(rest).digest() + rest
        return b"dex\n035\0" + struct.pack("<I", zlib.adler32(signed)) + signed

    def code(self, string, called, i):
        """A dozen constants and calls, then return."""
        words = []
        for _ in range(self.random.randrange(6, 14)):
            words += [0x001A, string[self.texts[self.random.randrange(i * 4, i * 4 + 4)]]]  # const-string v0
            index, registers = self.random.choice(called)
            words += [0x0071 | registers << 12, index, 0x0000]  # invoke-static {v0 ..}
        words.append(0x000E)  # return-void
        return struct.pack("<HHHHII", 2, 0, 2, 0, 0, len(words)) + struct.pack(f"<{len(words)}H", *words)


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"big_apk: {' '.join(map(str, command))}: {done.stderr}{done.stdout}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--small", action="store_true", help="one dex file of a tenth, for a smoke run")
    o = parser.parse_args()
    out = o.folder / ("small.apk" if o.small else "big.apk")
    if out.exists():
        print(out)
        return
    o.folder.mkdir(parents=True, exist_ok=True)
    work = o.folder / "work.apk"
    work.unlink(missing_ok=True)
    (o.folder / "AndroidManifest.xml").write_text(MANIFEST)
    run("aapt", "package", "-f", "-M", o.folder / "AndroidManifest.xml", "-I", "/usr/share/android-framework-res/framework-res.apk", "-F", work)
    files, filler = (1, 1) if o.small else (12, 185)
    with zipfile.ZipFile(work, "a", zipfile.ZIP_DEFLATED, compresslevel=6) as z:
        for n in range(files):
            dex = Dex(n, 100 if o.small else 1000, 65, n).build()
            z.writestr("classes.dex" if n == 0 else f"classes{n + 1}.dex", dex)
        for n in range(filler):
            z.writestr(zipfile.ZipInfo(f"assets/part{n:03d}.bin"), random.Random(n).randbytes(1 << 20))
    aligned, key = o.folder / "aligned.apk", o.folder / "key.jks"
    run("zipalign", "-f", "4", work, aligned)
    if not key.exists():
        run("keytool", "-genkeypair", "-keystore", key, "-storepass", "android", "-alias", "k", "-keyalg", "RSA", "-keysize", "2048",
            "-dname", "CN=bench", "-validity", "10000")
    run("apksigner", "sign", "--ks", key, "--ks-pass", "pass:android", "--out", out, aligned)
    work.unlink()
    aligned.unlink()
    print(out)


if __name__ == "__main__":
    main()

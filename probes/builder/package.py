"""Sources -> signed APKs with Debian's aapt, smali, zipalign and apksigner: in parallel, in one JVM, cached by content."""
import concurrent.futures
import hashlib
import json
import os
import pathlib
import shutil
import struct
import subprocess
import tempfile
import threading
import zlib
from xml.sax.saxutils import quoteattr

from . import code
from . import source as sources
from .vocabulary import CALLS

HERE = pathlib.Path(__file__).parent
FRAMEWORK = "/usr/share/android-framework-res/framework-res.apk"
JARS = ("smali", "smali-util", "dexlib2", "guava", "jcommander", "antlr3-runtime", "apksigner")
ALIAS, PASSWORD = "storesweep-probe", "storesweep"
BEHAVIOUR = "assets/storesweep/behaviour.json"
# Files get one date, so that one source gives one APK, byte for byte.
DATE = 1262304000


class ToolFailed(Exception):
    pass


def run(*argv, cwd=None):
    done = subprocess.run(argv, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    if done.returncode != 0:
        raise ToolFailed(f"{' '.join(map(str, argv))}\n{done.stdout.strip()}")
    return done.stdout


# -- what aapt gets

def _filter(actions, extra=""):
    return "<intent-filter>" + "".join(f"<action android:name={quoteattr(a)}/>" for a in actions) + extra + "</intent-filter>"


def _attributes(**pairs):
    return "".join(f" android:{key}={quoteattr(str(value))}" for key, value in pairs.items() if value is not None)


def _receivers(b):
    for name, receiver in b.get("receivers", {}).items():
        if receiver["in"] == "code":
            continue
        by_package = [a for a in receiver["actions"] if a.startswith("android.intent.action.PACKAGE_")]
        others = [a for a in receiver["actions"] if a not in by_package]
        head = _attributes(name=f".{code.camel(name)}Receiver", exported="true", process=receiver.get("process"))
        filters = (_filter(others) if others else "") + (_filter(by_package, '<data android:scheme="package"/>') if by_package else "")
        yield f"<receiver{head}>{filters}</receiver>"
    if b.get("alarms"):
        yield '<receiver android:name=".AlarmReceiver" android:exported="false"/>'


def _services(b, doors):
    for name, service in b.get("services", {}).items():
        head = _attributes(name=f".{code.camel(name)}Service", exported="true" if name in doors else "false", process=service.get("process"))
        yield f"<service{head}>{_filter(doors[name])}</service>" if name in doors else f"<service{head}/>"
    if b.get("jobs"):
        yield '<service android:name=".ProbeJobService" android:exported="true" android:permission="android.permission.BIND_JOB_SERVICE"/>'


def manifest(s):
    b = s["behaviour"]
    asked = sorted({c["package"] for c in sources.every_call(b) if c["do"] == "start_activity" and "package" in c})
    launcher = _filter(["android.intent.action.MAIN"], '<category android:name="android.intent.category.LAUNCHER"/>')
    lines = ['<?xml version="1.0" encoding="utf-8"?>',
             f'<manifest xmlns:android="http://schemas.android.com/apk/res/android" package="{s["package"]}"'
             f'{_attributes(versionCode=s["version_code"], versionName=s["version_name"])}>',
             f'<uses-sdk{_attributes(minSdkVersion=s["min_sdk"], targetSdkVersion=s["target_sdk"])}/>']
    lines += [f"<uses-permission{_attributes(name=p['name'], maxSdkVersion=p.get('max_sdk'))}/>" for p in s["permissions"]]
    lines += [f"<uses-feature{_attributes(name=f, required='true')}/>" for f in s["features"]]
    if asked:
        lines += ["<queries>"] + [f"<package{_attributes(name=p)}/>" for p in asked] + ["</queries>"]
    lines += ['<application android:name=".App" android:label="@string/label" android:icon="@drawable/icon"'
              ' android:allowBackup="false" android:theme="@android:style/Theme.DeviceDefault.Light.NoActionBar">',
              '<activity android:name=".MainActivity" android:exported="true"'
              ' android:configChanges="orientation|screenSize|screenLayout|smallestScreenSize|keyboard|keyboardHidden|locale|uiMode|fontScale">',
              launcher, "</activity>", *_receivers(b), *_services(b, s["doors"]), "</application>", "</manifest>"]
    return "\n".join(lines) + "\n"


def icon(package, opacity):
    """A 96 x 96 PNG of one colour, taken from the package's name."""
    colour = hashlib.sha256(package.encode()).digest()[:3]
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    pixel, kind = (colour, 2) if opacity == 255 else (colour + bytes([opacity]), 6)
    rows = (b"\0" + pixel * 96) * 96
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 96, 96, 8, kind, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b""))


def _xml_text(text):
    text = text.replace("\\", "\\\\").replace("'", "\\'").replace('"', '\\"')
    return text.replace("&", "&amp;").replace("<", "&lt;")


def resources(s):
    def strings(label):
        return f'<resources><string name="label">{_xml_text(label)}</string></resources>\n'
    screens = s["behaviour"].get("screens", {}).values()
    ids = sorted({"title"} | {w["id"] for screen in screens for w in screen["views"]})
    return {"res/values/strings.xml": strings(s["label_en"]), "res/values-zh/strings.xml": strings(s["label"]),
            "res/values/ids.xml": "<resources>" + "".join(f'<item type="id" name="{i}"/>' for i in ids) + "</resources>\n"}


def files_of(s):
    """Everything that goes into an APK before it is compiled: {path: bytes}."""
    out = {"AndroidManifest.xml": manifest(s), BEHAVIOUR: json.dumps(s["behaviour"], ensure_ascii=False, separators=(",", ":")), **resources(s)}
    out.update({f"smali/{path}": text for path, text in code.smali(s).items()})
    out = {path: text.encode() for path, text in out.items()}
    out["res/drawable/icon.png"] = icon(s["package"], s["icon_opacity"])
    return out


# -- tools

class Batch:
    """The one JVM: submit() gives a future."""

    def __init__(self, keystore, threads):
        paths = ":".join(f"/usr/share/java/{jar}.jar" for jar in JARS if os.path.exists(f"/usr/share/java/{jar}.jar"))
        self.process = subprocess.Popen(
            ["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", paths, str(HERE / "Batch.java"), str(keystore), PASSWORD, ALIAS, str(threads)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.waiting, self.lock = {}, threading.Lock()
        threading.Thread(target=self._listen, daemon=True).start()

    def submit(self, word, *args):
        with self.lock:
            number, future = str(len(self.waiting)), concurrent.futures.Future()
            self.waiting[number] = future
            self.process.stdin.write("\t".join((word, number, *map(str, args))) + "\n")
            self.process.stdin.flush()
        return future

    def _listen(self):
        for line in self.process.stdout:
            word, number, *why = line.rstrip("\n").split(" ", 2)
            if word == "ok":
                self.waiting[number].set_result(None)
            else:
                self.waiting[number].set_exception(ToolFailed(" ".join(why)))
        for future in self.waiting.values():
            if not future.done():
                future.set_exception(ToolFailed("the Java tools ended early (see above)"))

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def key(path):
    """The project's own key, made once; whoever comes first wins."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f".{path.name}.{os.getpid()}")
        run("keytool", "-genkeypair", "-keystore", fresh, "-storetype", "PKCS12", "-storepass", PASSWORD, "-alias", ALIAS,
            "-keyalg", "RSA", "-keysize", "2048", "-validity", "10950", "-dname", "CN=storesweep probes")
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass
        fresh.unlink()
    return path


def assemble(s, batch, work, out):
    """One APK, from its files to the signed and verified whole."""
    for path, data in files_of(s).items():
        file = work / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        os.utime(file, (DATE, DATE))
    dex = batch.submit("smali", DEX_API, work / "smali", work / "classes.dex")
    run("aapt", "package", "-M", "AndroidManifest.xml", "-S", "res", "-A", "assets", "-I", FRAMEWORK, "-F", "unsigned.apk", cwd=work)
    dex.result()
    os.utime(work / "classes.dex", (DATE, DATE))
    run("aapt", "add", "unsigned.apk", "classes.dex", cwd=work)
    run("zipalign", "-f", "4", "unsigned.apk", "aligned.apk", cwd=work)
    batch.submit("sign", s["min_sdk"], work / "aligned.apk", work / "signed.apk").result()
    check(s, work / "signed.apk")
    os.replace(work / "signed.apk", out)


# Code of API 19, so that the oldest device runs it.
DEX_API = 19


def check(s, apk):
    """The finished APK says what its source says, and its code makes every call that its behaviour file names."""
    badging = run("aapt", "dump", "badging", apk)
    for line in (f"package: name='{s['package']}' versionCode='{s['version_code']}' versionName='{s['version_name']}'",
                 f"sdkVersion:'{s['min_sdk']}'", f"targetSdkVersion:'{s['target_sdk']}'",
                 f"launchable-activity: name='{s['package']}.MainActivity'"):
        if line not in badging:
            raise ToolFailed(f"aapt does not see {line}")
    missing = missing_calls(s["behaviour"], run("dexdump", "-d", apk))
    if missing:
        raise ToolFailed(f"the code lacks {', '.join(missing)}")


def missing_calls(behaviour, dump):
    """Calls of a behaviour whose Android API no instruction of a dexdump listing invokes."""
    invoked = "\n".join(line for line in dump.splitlines() if "invoke-" in line)
    return sorted({call["do"] for call in sources.every_call(behaviour)
                   if not all(any(f"{one}:" in invoked for one in api.split("|")) for api in CALLS[call["do"]].apis)})


def fingerprint(s, keystore):
    digest = hashlib.sha256(keystore.read_bytes())
    for file in sorted([*HERE.glob("*.py"), *HERE.glob("*.java")]):
        digest.update(file.read_bytes())
    for path, data in sorted(files_of(s).items()):
        digest.update(f"{path}\0{len(data)}\0".encode() + data)
    return digest.hexdigest()


def build(all_sources, out, keystore, threads=None):
    """Builds what changed into OUT; returns how many were built, raises the first failure with the probe's name."""
    out.mkdir(parents=True, exist_ok=True)
    stamps = out / ".stamps"
    stamps.mkdir(exist_ok=True)
    prints = {s["name"]: fingerprint(s, key(keystore)) for s in all_sources}

    def fresh(s):
        stamp = stamps / s["name"]
        return (out / f"{s['name']}.apk").exists() and stamp.exists() and stamp.read_text() == prints[s["name"]]

    todo = [s for s in all_sources if not fresh(s)]
    for old in stamps.iterdir():   # ours once, whose source is gone
        if old.name not in prints:
            (out / f"{old.name}.apk").unlink(missing_ok=True)
            old.unlink()
    return make(todo, out, keystore, threads, lambda s: (stamps / s["name"]).write_text(prints[s["name"]]))


def make(todo, out, keystore, threads=None, done=lambda s: None):
    """Builds these into OUT, side by side; `done` is called for each."""
    if not todo:
        return 0
    threads = threads or max(2, os.cpu_count() or 2)
    batch = Batch(key(keystore), threads)
    work = pathlib.Path(tempfile.mkdtemp(prefix=".work-", dir=out))

    def one(s):
        try:
            assemble(s, batch, work / s["name"], out / f"{s['name']}.apk")
        except ToolFailed as error:
            raise ToolFailed(f"{s['name']}: {error}") from error
        done(s)

    try:
        with concurrent.futures.ThreadPoolExecutor(threads * 2) as pool:
            for built in [pool.submit(one, s) for s in todo]:
                built.result()
    finally:
        batch.close()
        shutil.rmtree(work, ignore_errors=True)
    return len(todo)

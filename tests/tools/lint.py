#!/usr/bin/env python3
"""clang-format and clang-tidy over the C++ sources: tests/tools/lint.py changed|all   (by way of `./dev lint`)

changed: what differs from where this branch left origin/main (on main itself: from the commit before), with what is not
yet committed; where git knows neither, everything. A changed header is looked at through one source that includes it.
A file that was clean before, with the same text, the same headers of ours, the same command and the same tool, is not
looked at again (build/lint holds the proof), so that looking at everything is cheap the second time."""
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATABASE = ROOT / "build/release"
CLEAN = ROOT / "build/lint"
INCLUDE = re.compile(rb'^\s*#\s*include\s*"([^"]+)"', re.M)
TIDY = ["clang-tidy-14", "-p", str(DATABASE), "--quiet", "--extra-arg=-Wno-unknown-warning-option"]


def git(*words):
    done = subprocess.run(["git", "-C", ROOT, *words], capture_output=True, text=True)
    return done.stdout.split("\n")[:-1] if done.returncode == 0 else None


def tracked():
    return [f for f in git("ls-files", "-co", "--exclude-standard", "*.cc", "*.h") if (ROOT / f).exists()]


def changed():
    head = git("rev-parse", "HEAD")
    base = git("merge-base", "HEAD", "origin/main")
    if base is None or base == head:
        base = git("rev-parse", "--verify", "HEAD~1")
    if base is None:
        return tracked()
    names = git("diff", "--name-only", "--diff-filter=AMR", base[0], "--", "*.cc", "*.h")
    return sorted(set(names + git("ls-files", "-o", "--exclude-standard", "*.cc", "*.h")))


class Includes:
    """Which headers of ours a file includes, directly or by others."""

    def __init__(self):
        self.direct, self.texts = {}, {}

    def text(self, name):
        if name not in self.texts:
            path = ROOT / name
            self.texts[name] = path.read_bytes() if path.is_file() else None
        return self.texts[name]

    def all(self, name):
        seen, open_ = set(), [name]
        while open_:
            at = open_.pop()
            if at in seen:
                continue
            seen.add(at)
            if at not in self.direct:
                found = INCLUDE.findall(self.text(at) or b"")
                self.direct[at] = [self.resolve(i.decode(), at) for i in found]
            open_ += self.direct[at]
        return seen

    def resolve(self, name, from_file):
        beside = os.path.normpath(os.path.join(os.path.dirname(from_file), name))
        return beside if (ROOT / beside).is_file() else name


def key_of(name, command, includes, version):
    """What the tool's answer depends on. Generated headers stand for the schemas they are made of."""
    h = hashlib.sha256()
    for part in (version, command, (ROOT / ".clang-tidy").read_bytes()):
        h.update(part + b"\0")
    generated = False
    for file in sorted(includes.all(name)):
        text = includes.text(file)
        generated |= text is None
        h.update(file.encode() + b"\0" + (text or b"") + b"\0")
    if generated:
        for schema in sorted((ROOT / "schemas").glob("*.capnp")):
            h.update(schema.read_bytes())
    return h.hexdigest()


def sources_for(names, known, includes):
    """The sources to look at: those named, and one for each named header, the nearest by name."""
    wanted = {n for n in names if n in known}
    for header in (n for n in names if n.endswith(".h")):
        using = [s for s in known if header in includes.all(s)]
        if using and not wanted & set(using):
            wanted.add(min(using, key=lambda s: (os.path.dirname(s) != os.path.dirname(header), len(s), s)))
    return sorted(wanted)


def tidy(name):
    done = subprocess.run([*TIDY, str(ROOT / name)], capture_output=True, text=True)
    said = done.stdout + "".join(l + "\n" for l in done.stderr.splitlines() if not re.match(r"\d+ warnings? |Suppressed |Use -header", l))
    return name, done.returncode == 0, said or f"{name}: clang-tidy ended with {done.returncode}\n"


def main():
    names = tracked() if sys.argv[1:] == ["all"] else changed()
    if not names:
        print("nothing to lint")
        return 0
    formatted = subprocess.run(["clang-format-14", "--dry-run", "-Werror", *(str(ROOT / n) for n in names)])
    if formatted.returncode != 0:
        print("./dev format mends that")
        return 1
    known = {os.path.relpath(e["file"], ROOT): e["command"].encode() for e in json.loads((DATABASE / "compile_commands.json").read_text())}
    includes = Includes()
    version = subprocess.run(["clang-tidy-14", "--version"], capture_output=True).stdout
    CLEAN.mkdir(parents=True, exist_ok=True)
    sources = sources_for(names, known, includes)
    keys = {s: CLEAN / key_of(s, known[s], includes, version) for s in sources}
    todo = [s for s in sources if not keys[s].exists()]
    begin, bad = time.monotonic(), 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        for name, clean, said in pool.map(tidy, todo):
            if clean:
                keys[name].touch()
            else:
                bad += 1
                print(said, flush=True)
    print(f"{len(names)} files, {len(sources)} sources: {len(todo)} looked at in {time.monotonic() - begin:.0f} s, "
          f"{len(sources) - len(todo)} were clean before, {bad} bad")
    return 1 if bad else 0


sys.exit(main())

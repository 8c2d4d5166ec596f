#!/usr/bin/env python3
"""Fails on an include that does not point downward, by the table in cmake/rooms.txt.

A room is a folder of that table; a file belongs to the longest room that is a prefix of its path. `*` lets a room
(the wiring of a program) see every room of its own side and all of common. main.cc, worker.cc and local.cc are
wiring wherever they stand.
"""
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
INCLUDE = re.compile(r'^\s*#include\s+"([^"]+)"')
WIRING = {"main.cc", "worker.cc", "worker.h", "local.cc", "local.h"}


def read_rooms():
    rooms = {}
    for line in (root / "cmake/rooms.txt").read_text().splitlines():
        line = line.split("#")[0].strip()
        if line:
            name, allowed = line.split(":")
            rooms[name.strip()] = set(allowed.split())
    return rooms


def room_of(path, rooms):
    best = ""
    for room in rooms:
        if path.startswith(room + "/") and len(room) > len(best):
            best = room
    return best or None


def circle(rooms):
    done, path = set(), []

    def visit(room):
        if room in path:
            return path[path.index(room):] + [room]
        if room in done or "*" in rooms.get(room, set()):
            return None
        path.append(room)
        for below in rooms.get(room, ()):
            if (found := visit(below)):
                return found
        path.pop()
        done.add(room)
        return None

    for room in rooms:
        if (found := visit(room)):
            return found
    return None


def main():
    rooms = read_rooms()
    errors = []
    if (found := circle(rooms)):
        errors.append("cmake/rooms.txt: a circle: " + " -> ".join(found))
    for top in ("common", "worker", "coordinator", "cli", "simdroid", "probes"):
        for file in sorted((root / top).rglob("*")) if (root / top).exists() else []:
            if file.suffix not in (".cc", ".h"):
                continue
            path = file.relative_to(root).as_posix()
            room = room_of(path, rooms)
            if room is None:
                errors.append(f"{path}: stands in no room of cmake/rooms.txt")
                continue
            allowed = rooms[room]
            side = room.split("/")[0]
            for number, line in enumerate(file.read_text(errors="replace").splitlines(), 1):
                match = INCLUDE.match(line)
                if not match:
                    continue
                target = room_of(match.group(1), rooms)
                if target is None and "/" not in match.group(1):
                    errors.append(f"{path}:{number}: include from the root, as \"{room}/{match.group(1)}\"")
                if target is None or target in (room, "common/base") or target in allowed:
                    continue
                wiring = "*" in allowed or file.name in WIRING
                if wiring and side != "simdroid" and (target.split("/")[0] in (side, "common", "schemas")):
                    continue
                errors.append(f"{path}:{number}: {room} must not know {target}")
    for error in errors:
        print(error)
    print(f"{len(rooms)} rooms, {len(errors)} errors")
    return 1 if errors else 0


sys.exit(main())

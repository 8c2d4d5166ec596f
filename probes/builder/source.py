"""One probe source (YAML) -> checked plain values; every error names file and line.

The behaviour part is turned into the long form of schemas/BEHAVIOUR.md: `- show: home` becomes
{"do": "show", "screen": "home"}, `CAMERA` becomes android.permission.CAMERA.
"""
import json
import re

import yaml

from . import vocabulary as v

RULES = ("R1.1", "R1.3", "R1.7", "R1.8", "R1.9", "R2.7", "R3.1", "R3.2", "R4.1", "R4.3", "R4.4", "R5.1", "R5.2", "R5.3", "R5.4", "R5.5", "R5.6", "R5.7", "R6.1", "R6.2", "R6.3", "R6.5", "R7.10", "R8.1",
         "R9.2", "R9.3", "R9.4", "R9.5", "R9.6", "R9.7", "R10.2")
# Of a store's page, as a listing's JSON has them.
PAGE_TEXTS = ("label", "developer", "version_name", "policy_url", "filing_number")
LEVELS = ("any", "violation", "suspected", "not_tested", "not_found", "not_applicable")
DEFAULT_MIN, DEFAULT_TARGET = 19, 30
# A job kept over a reboot needs it; the platform throws where it is missing.
BOOT = "android.permission.RECEIVE_BOOT_COMPLETED"


class Bad(Exception):
    """A source that cannot be built; its text is for the author."""


class _Loader(yaml.SafeLoader):
    """YAML 1.2's plain values: yes, no, on, off and dates are text."""
    yaml_implicit_resolvers = {}


for _tag, _pattern, _first in (("bool", r"true|false", "tf"), ("int", r"[-+]?[0-9]+", "-+0123456789"), ("null", r"null|~|", "n~")):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), list(_first) + ([""] if _tag == "null" else []))


class Map(dict):
    line = 0


class Seq(list):
    line = 0


def _build(node, file):
    line = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        out = Map()
        for key_node, value_node in node.value:
            key = key_node.value
            if not isinstance(key_node, yaml.ScalarNode):
                raise Bad(f"{file}:{key_node.start_mark.line + 1}: a key must be plain text")
            if key in out:
                raise Bad(f"{file}:{key_node.start_mark.line + 1}: '{key}' is there twice")
            out[key] = _build(value_node, file)
            out[key] = out[key] if out[key] is not None else Map()
        out.line = line
        return out
    if isinstance(node, yaml.SequenceNode):
        out = Seq(_build(child, file) for child in node.value)
        out.line = line
        return out
    value = _Loader("").construct_object(node)
    if isinstance(value, (str, int, bool)) or value is None:
        return value
    raise Bad(f"{file}:{line}: '{node.value}' reads as a {type(value).__name__}: put it in quotes")


def _string(value):
    return value if isinstance(value, str) else None


class Reader:
    """Walks one source; `at` is the line of the nearest enclosing map or list."""

    def __init__(self, file):
        self.file, self.at, self.calls = file, 1, 0

    def bad(self, message):
        raise Bad(f"{self.file}:{self.at}: {message}")

    def map(self, value, what):
        if not isinstance(value, dict):
            self.bad(f"{what} must be a map of keys and values, not {value!r}")
        self.at = getattr(value, "line", 0) or self.at
        return value

    def keys(self, value, shape, what):
        """Checks a map against {key or key?: ...}."""
        value = self.map(value, what)
        known = {k.rstrip("?") for k in shape}
        for key in value:
            if key not in known:
                self.bad(f"{what} has no key '{key}'; it knows {', '.join(sorted(known))}")
        for key in shape:
            if not key.endswith("?") and key not in value:
                self.bad(f"{what} needs '{key}'")
        return value

    def scalar(self, kind, value, what):
        """Values of the vocabulary's simple types."""
        if kind == "bool":
            if not isinstance(value, bool):
                self.bad(f"{what} must be true or false")
        elif kind in ("ms", "count", "api"):
            top = {"ms": v.MAX_MS, "count": 100000, "api": 100}[kind]
            if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= top:
                self.bad(f"{what} must be a whole number from 0 to {top}")
        elif kind == "text":
            if not isinstance(value, str) or len(value.encode()) > v.MAX_TEXT:
                self.bad(f"{what} must be text of at most {v.MAX_TEXT} bytes (numbers in quotes)")
        else:
            pattern = {"package": v.PACKAGE, "class": v.PACKAGE, "component": v.PACKAGE + r"/[A-Za-z0-9_.$]+", "process": v.PROCESS}.get(kind, v.NAME)
            if not isinstance(value, str) or not re.fullmatch(pattern, value):
                self.bad(f"{what} must match {pattern}, not {value!r}")
        return value

    def permissions(self, value, what):
        value = [value] if isinstance(value, str) else value
        if not isinstance(value, list) or not 1 <= len(value) <= 16:
            self.bad(f"{what} must be one to sixteen permissions")
        return [self.permission(p, what) for p in value]

    def permission(self, value, what):
        if not isinstance(value, str):
            self.bad(f"{what}: {value!r} is no permission")
        value = value if "." in value else "android.permission." + value
        if not re.fullmatch(v.PERMISSION, value):
            self.bad(f"{what}: {value!r} is no permission")
        return value

    def values(self, value, what):
        return {self.scalar("name", k, what): self.scalar("text", x, f"{what}.{k}") for k, x in self.map(value, what).items()}

    def ages(self, value, what):
        out = {self.scalar("name", k, what): x for k, x in self.map(value, what).items()}
        for name, hours in out.items():
            if isinstance(hours, bool) or not isinstance(hours, int) or not 1 <= hours <= v.MAX_HOURS:
                self.bad(f"{what}.{name} must be whole hours from 1 to {v.MAX_HOURS}")
        return out

    def names(self, value, what):
        if not isinstance(value, list):
            value = [value]
        return [self.scalar("name", x, what) for x in value]

    def condition(self, value, what):
        value = self.keys(value, {k + "?": t for k, t in v.CONDITIONS.items()}, what)
        read = {"values": self.values, "permissions": self.permissions, "names": self.names, "ages": self.ages}
        return {k: read[t](value[k], f"{what}.{k}") if t in read else self.scalar(t, value[k], f"{what}.{k}")
                for k, t in v.CONDITIONS.items() if k in value}

    def long_form(self, value, what):
        """`exit`, `show: home` and `schedule_alarm: {..}` -> {"do": .., arguments}."""
        if isinstance(value, str):
            return Map(do=value)
        value = self.map(value, what)
        if "do" in value:
            return value
        names = [k for k in value if k in v.CALLS]
        if len(names) != 1:
            self.bad(f"{what} must name one call; it has {', '.join(map(str, value)) or 'nothing'}")
        given = value[names[0]]
        out = Map(do=names[0])
        if isinstance(given, dict):
            out.update(given)
        elif v.CALLS[names[0]].main:
            out[v.CALLS[names[0]].main] = given
        else:
            self.bad(f"{names[0]} takes no argument")
        out.update({k: x for k, x in value.items() if k != names[0]})
        return out

    def call(self, value, what):
        value = self.long_form(value, what)
        do = value.get("do")
        if do not in v.CALLS:
            self.bad(f"{what}: there is no call '{do}'")
        args = dict(v.CALLS[do].args)
        by = v.BY if do.startswith(v.READING) else {}
        shape = {"do": 0, "if?": 0, **{k + "?": t for k, t in {**v.TIMING, **by}.items()}, **args}
        self.keys(value, shape, do)
        out = {"do": do}
        for key, kind in args.items():
            key = key.rstrip("?")
            if key in value:
                read = self.permissions if kind == "permissions" else lambda x, w, k=kind: self.scalar(k, x, w)
                out[key] = read(value[key], f"{do}.{key}")
        for key, kind in {**v.TIMING, **by}.items():
            if key in value:
                out[key] = self.scalar(kind, value[key], f"{do}.{key}")
        if "if" in value:
            out["if"] = self.condition(value["if"], f"{do}.if")
        self.one_of(do, out)
        self.calls += 1
        if self.calls > v.MAX_CALLS:
            self.bad(f"more than {v.MAX_CALLS} calls")
        return out

    def one_of(self, do, out):
        if do == "start_activity" and ("package" in out) == ("component" in out):
            self.bad("start_activity takes either a package or a component")
        if do == "schedule_job" and ("period_ms" in out) == ("in_ms" in out):
            self.bad("schedule_job takes either period_ms or in_ms")
        if do == "busy" and 0 < out["for_ms"] < 100:
            self.bad("busy.for_ms is 0 (for ever) or at least 100")
        if out.get("every_ms") == 0:
            self.bad("every_ms must be at least 1")
        if "times" in out and ("every_ms" not in out or out["times"] == 0):
            self.bad("times goes with every_ms and is at least 1")

    def call_list(self, value, what):
        if not isinstance(value, list):
            value = [] if value == {} else [value]
        self.at = getattr(value, "line", 0) or self.at
        return [self.call(x, what) for x in value]

    def views(self, value, what):
        if not isinstance(value, list) or len(value) > v.MAX_ANY:
            self.bad(f"{what} must be a list of at most {v.MAX_ANY} views")
        out, ids = [], {"title"}
        for one in value:
            one = self.view(one, what)
            if one["id"] in ids:
                self.bad(f"{what}: two views with id '{one['id']}' ('title' is the heading's)")
            ids.add(one["id"])
            out.append(one)
        return out

    def view(self, value, what):
        """Short form: {button: TEXT, id: ..} for {kind: button, text: TEXT, id: ..}."""
        value = self.map(value, what)
        kinds = [k for k in value if k in v.VIEW_KINDS and k != "text"]
        if "kind" not in value:
            kind = kinds[0] if len(kinds) == 1 else "text"
            value, line = Map(value), value.line
            value.line = line
            value["kind"], value["text"] = kind, value.pop(kind, value.get("text"))
        value = self.keys(value, v.VIEW, "view")
        if value["kind"] not in v.VIEW_KINDS:
            self.bad(f"there is no view '{value['kind']}'")
        if "checked" in value and value["kind"] != "check":
            self.bad("only a check box can be checked")
        if "tap" in value and value["kind"] == "web":
            self.bad("a web view keeps its taps to itself")
        return self.shape(v.VIEW, value, f"{what} {value['id']}")

    def shape(self, shape, value, what):
        """A map of the vocabulary's shapes (SCREEN, SERVICE, ..)."""
        value = self.keys(value, shape, what)
        out = {}
        for key, kind in shape.items():
            key = key.rstrip("?")
            if key not in value:
                continue
            here = f"{what}.{key}"
            if kind == "calls":
                out[key] = self.call_list(value[key], here)
            elif kind == "views":
                out[key] = self.views(value[key], here)
            elif kind.endswith("*"):
                out[key] = self.several(kind[:-1], value[key], here)
            elif kind == "texts":
                out[key] = [self.scalar("text", x, here) for x in value[key]]
            elif kind == "where":
                if value[key] not in ("manifest", "code"):
                    self.bad(f"{here} must be manifest or code")
                out[key] = value[key]
            else:
                out[key] = value[key] if kind == "kind" else self.scalar(kind, value[key], here)
        return out

    def several(self, kind, value, what):
        value = self.map(value, what)
        if len(value) > v.MAX_ANY:
            self.bad(f"{what}: at most {v.MAX_ANY}")
        out = {}
        for name, one in value.items():
            name = self.permission(name, what) if kind == "answer" else self.scalar("name", name, what)
            here = f"{what}.{name}"
            out[name] = self.call_list(one, here) if kind == "calls" else self.shape(v.SHAPES[kind], one, here)
        return out


def every_call(value):
    """All calls in a behaviour, wherever they stand."""
    if isinstance(value, dict):
        if "do" in value:
            yield value
        else:
            for one in value.values():
                yield from every_call(one)
    elif isinstance(value, list):
        for one in value:
            yield from every_call(one)


def _check_names(reader, b, permissions):
    tables = {"screen": "screens", "service": "services", "receiver": "receivers", "alarm": "alarms", "job": "jobs", "list": "lists"}
    boxes = {w["id"] for s in b.get("screens", {}).values() for w in s["views"] if w["kind"] == "check"}
    for call in every_call(b):
        for key, table in tables.items():
            if key in call and call[key] not in b.get(table, {}):
                reader.bad(f"{call['do']} names {key} '{call[key]}', which {table} does not have")
        for box in call.get("if", {}).get("checked", []) + call.get("if", {}).get("unchecked", []):
            if box not in boxes:
                reader.bad(f"no screen has a check box '{box}'")
        if call["do"] == "register_receiver" and b["receivers"][call["receiver"]]["in"] != "code":
            reader.bad(f"receiver '{call['receiver']}' stands in the manifest: it is not registered by code")
        if call.get("persisted") and BOOT not in permissions:
            reader.bad(f"a persisted job needs {BOOT}")
    for name, receiver in b.get("receivers", {}).items():
        if receiver["in"] == "code" and "process" in receiver:
            reader.bad(f"receiver '{name}' is registered by code: it takes no process")


def _check_circles(reader, lists):
    state = {}

    def visit(name):
        if state.get(name) == 1:
            reader.bad(f"list '{name}' runs itself")
        if name in state:
            return
        state[name] = 1
        for call in every_call(lists[name]):
            if call["do"] == "run":
                visit(call["list"])
        state[name] = 2

    for name in lists:
        visit(name)


def _expected(reader, value):
    out = []
    for rule, level in reader.map(value, "expected").items():
        if rule not in RULES:
            reader.bad(f"expected: no rule '{rule}'; those judged are {', '.join(RULES)}")
        level = Map(level=level) if isinstance(level, str) else level
        reader.keys(level, {"level": 0, "reason?": 0, "min_api?": 0, "max_api?": 0, "needs?": 0}, f"expected.{rule}")
        if level["level"] not in LEVELS:
            reader.bad(f"expected.{rule}: no level '{level['level']}'; there are {', '.join(LEVELS)}")
        out.append({"rule": rule, **level})
    return out


def _sdk(reader, value):
    value = reader.keys(value, {"min?": 0, "target?": 0, "why?": 0}, "sdk")
    low = reader.scalar("api", value.get("min", DEFAULT_MIN), "sdk.min")
    target = reader.scalar("api", value.get("target", DEFAULT_TARGET), "sdk.target")
    if (low, target) != (DEFAULT_MIN, DEFAULT_TARGET) and not _string(value.get("why")):
        reader.bad(f"an sdk other than min {DEFAULT_MIN}, target {DEFAULT_TARGET} must say why")
    return low, target


def _permissions(reader, value):
    out = []
    for one in value:
        one = Map(name=one) if isinstance(one, str) else reader.keys(one, {"name": 0, "max_sdk?": 0}, "permissions")
        out.append({**one, "name": reader.permission(one["name"], "permissions")})
    return out


def read(path):
    """A probe source file -> {name, package, label, version, ..., expected, behaviour}."""
    reader = Reader(path.name)
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=_Loader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise Bad(f"{path.name}: {error}") from error
    if node is None:
        raise Bad(f"{path.name}: empty")
    top = reader.keys(_build(node, path.name), {
        "app": 0, "label": 0, "why": 0, "kind": 0, "twin?": 0, "category?": 0, "icon?": 0, "version?": 0, "sdk?": 0,
        "permissions?": 0, "features?": 0, "expected?": 0, "behaviour?": 0, "old?": 0, "doors?": 0, "page?": 0, "policy?": 0}, "the source")
    if top["kind"] not in ("guilty", "innocent"):
        reader.bad("kind must be guilty or innocent")
    out = _app(reader, path.stem, top)
    out["expected"] = _expected(reader, top.get("expected", Map()))
    if "page" in top:
        out["page"] = _page(reader, top["page"])
    if "policy" in top:
        out["policy"] = reader.scalar("text", top["policy"], "policy")
    if "old" in top:
        out["old"] = _older(reader, path.stem, top, out)
    return out


def _page(reader, value):
    """What a store's page was captured to say: the fields of a listing, and how much of the page that was."""
    page = reader.keys(value, {"captured": 0, "same_download?": 0, "version_code?": 0, "permissions?": 0, **{k + "?": 0 for k in PAGE_TEXTS}}, "page")
    if page["captured"] not in ("whole", "part"):
        reader.bad("page.captured must be whole or part")
    out = {k: reader.scalar("text", page[k], f"page.{k}") for k in PAGE_TEXTS if k in page}
    out |= {"captured": page["captured"], "same_download": reader.scalar("bool", page.get("same_download", False), "page.same_download")}
    if "version_code" in page:
        out["version_code"] = reader.scalar("count", page["version_code"], "page.version_code")
    listed = [reader.keys(p, {"name": 0, "purpose?": 0}, "page.permissions") for p in page.get("permissions", [])]
    out["permissions"] = [{k: reader.scalar("text", x, f"page.permissions.{k}") for k, x in p.items()} for p in listed]
    return out


def _older(reader, name, top, newer):
    """The same app, an earlier version of it: what `old` says otherwise."""
    old = reader.keys(top["old"], {k + "?": 0 for k in ("version", "sdk", "permissions", "behaviour")}, "old")
    older = _app(reader, name + ".old", Map({**top, "version": Map(code=1, name="0.9.0"), **old}))
    if older["version_code"] >= newer["version_code"]:
        reader.bad(f"old: version {older['version_code']} is not before {newer['version_code']}")
    return older


def _app(reader, name, top):
    """What becomes one APK."""
    label = reader.keys(top["label"], {"zh": 0, "en?": 0}, "label")
    version = reader.keys(top.get("version", Map()), {"code?": 0, "name?": 0}, "version")
    low, target = _sdk(reader, top.get("sdk", Map()))
    permissions = _permissions(reader, top.get("permissions", []))
    behaviour = {"format": 1, "package": reader.scalar("package", top["app"], "app")}
    behaviour.update(reader.shape(v.BEHAVIOUR, top.get("behaviour", Map()), "behaviour"))
    reader.at = 1
    _check_names(reader, behaviour, {p["name"] for p in permissions})
    _check_circles(reader, behaviour.get("lists", {}))
    doors = reader.map(top.get("doors", Map()), "doors")
    for name in doors:
        if name not in behaviour.get("services", {}):
            reader.bad(f"doors: there is no service '{name}'")
    if len(json.dumps(behaviour, ensure_ascii=False).encode()) > v.MAX_FILE:
        reader.bad(f"the behaviour file would pass {v.MAX_FILE} bytes")
    opaque = reader.keys(top.get("icon", Map()), {"opacity?": 0}, "icon").get("opacity", 255)
    if isinstance(opaque, bool) or not isinstance(opaque, int) or not 0 <= opaque <= 255:
        reader.bad("icon.opacity must be a whole number from 0 to 255")
    return {
        "name": name, "icon_opacity": opaque, "package": top["app"], "label": reader.scalar("text", label["zh"], "label.zh"),
        "label_en": reader.scalar("text", label.get("en", label["zh"]), "label.en"), "why": reader.scalar("text", top["why"], "why"),
        "kind": top["kind"], "twin": top.get("twin", ""), "category": top.get("category", ""),
        "version_code": version.get("code", 1), "version_name": reader.scalar("text", version.get("name", "1.0.0"), "version.name"),
        "min_sdk": low, "target_sdk": target, "permissions": permissions,
        "features": [reader.scalar("text", f, "features") for f in top.get("features", [])],
        "behaviour": behaviour, "doors": {name: [reader.scalar("text", a, "doors") for a in actions] for name, actions in doors.items()},
    }

"""A checked behaviour -> smali: what the behaviour file says, as calls of the real Android API.

Every list of calls is a numbered method of class Calls; numbers 0 to 3 are start, launch, resume and background.
Written by hand in runtime/: the app's frame, how each call is made, how each view is made. Only what a behaviour
uses comes along, so an app's code holds no API that it does not call.
"""
import pathlib
import re

from . import vocabulary as v

RUNTIME = pathlib.Path(__file__).parent / "runtime"


def camel(name):
    return "".join(part.capitalize() for part in name.split("_"))


def _sections(file, word):
    """`.word NAME..` sections of a runtime file -> {heading: lines}."""
    out, lines = {}, None
    for line in (RUNTIME / file).read_text().splitlines():
        if line.startswith(f".{word} "):
            lines = out.setdefault(line[len(word) + 2:], [])
        elif lines is not None:
            lines.append(line)
    return {head: "\n".join(body).strip("\n") for head, body in out.items()}


def quote(text):
    out = []
    for unit in text.encode("utf-16-be").hex(" ", 2).split():
        char = chr(int(unit, 16))
        out.append(char if " " <= char <= "~" and char not in '"\\' else f"\\u{unit}")
    return '"' + "".join(out) + '"'


class Code:
    """Gathers the numbered lists and writes class Calls."""

    def __init__(self, behaviour):
        self.b = behaviour
        self.lists = []
        self.used = set()   # (kind, name) of sections of calls.smali and views.smali
        self.labels = 0
        self.by = {}        # class of somebody else's that makes a call -> the call
        self.numbers = {}   # ("alarms", name) -> list
        for key in ("start", "launch", "resume", "background"):
            self.add(behaviour.get(key, []))
        for table in ("alarms", "jobs", "lists"):
            for name, calls in behaviour.get(table, {}).items():
                self.numbers[table, name] = self.add(calls)
        self.screens = list(behaviour.get("screens", {}))

    def add(self, calls):
        self.lists.append(calls)
        return len(self.lists) - 1

    def optional(self, calls):
        return self.add(calls) if calls is not None else -1

    # -- one call

    def lines(self, call):
        timed = {k: call[k] for k in v.TIMING if k in call}
        if timed:
            number = self.add([{k: x for k, x in call.items() if k not in v.TIMING}])
            numbers = (number, timed.get("after_ms", 0), timed.get("every_ms", 0), timed.get("times", -1))
            return self.invoke("Lapp/Timer;->start", [("I", n) for n in numbers])
        out, skip = [], f":skip_{self.labels}"
        self.labels += 1
        for test, args, wanted in self.guards(call.get("if", {})):
            out += self.invoke(test, args, "Z") + ["move-result v0", f"if-{'eqz' if wanted else 'nez'} v0, {skip}"]
        return out + self.plain(call) + [skip]

    @staticmethod
    def guards(condition):
        for key, wanted in (("prefs", True), ("not_prefs", False)):
            for name, value in condition.get(key, {}).items():
                yield "Lapp/Guard;->pref", [("S", name), ("S", value)], wanted
        for key, test, wanted in (("granted", "Lapp/Guard;->granted", True), ("not_granted", "Lapp/Guard;->granted", False),
                                  ("checked", "Lapp/Screens;->checked", True), ("unchecked", "Lapp/Screens;->checked", False)):
            for name in condition.get(key, []):
                yield test, [("S", name)], wanted
        for name, hours in condition.get("older", {}).items():
            yield "Lapp/Guard;->older", [("S", name), ("I", hours)], True
        if "min_api" in condition:
            yield "Lapp/Guard;->api", [("I", condition["min_api"])], True
        if "max_api" in condition:
            yield "Lapp/Guard;->api", [("I", condition["max_api"] + 1)], False

    def plain(self, call):
        do = call["do"]
        if do == "run":
            return self.invoke("Lapp/Calls;->run", [("I", self.numbers["lists", call["list"]])])
        if do == "show":
            dialog = self.b["screens"][call["screen"]].get("dialog", False)
            return self.invoke(f"Lapp/Screens;->show{'Dialog' if dialog else 'Page'}", [("I", self.screens.index(call["screen"]))])
        maker = f"Lapp/call/{camel(do)};"
        if "by" in call:
            if self.by.setdefault(call["by"], do) != do:
                raise ValueError(f"class {call['by']} makes two different calls")
            maker = "L" + call["by"].replace(".", "/") + ";"
        else:
            self.used.add(("call", do))
        args = []
        for key, kind in v.CALLS[do].args:
            args += self.argument(kind, call.get(key.rstrip("?")))
        return self.invoke(f"{maker}->run", args)

    def argument(self, kind, value):
        if kind == "ms":
            return [("I", value or 0)]
        if kind == "bool":
            return [("Z", int(bool(value)))]
        if kind == "permissions":
            return [("S", ",".join(value))]
        if kind == "service":
            return [("S", camel(value) + "Service")]
        if kind == "receiver":
            return [("S", f"{self.b['package']}.{camel(value)}Receiver"), ("S", ",".join(self.b["receivers"][value]["actions"]))]
        if kind in ("alarm", "job"):
            return [("I", self.numbers[kind + "s", value])]
        return [("S", value or "")]

    @staticmethod
    def invoke(method, args, result="V"):
        out, types = [], ""
        for register, (kind, value) in enumerate(args):
            out.append(f"const-string v{register}, {quote(value)}" if kind == "S" else f"const v{register}, {value:#x}")
            types += "Ljava/lang/String;" if kind == "S" else kind
        registers = ", ".join(f"v{i}" for i in range(len(args)))
        return out + [f"invoke-static {{{registers}}}, {method}({types}){result}"]

    # -- class Calls

    def method(self, head, registers, lines):
        return f".method {head}\n    .registers {registers}\n    " + "\n    ".join(lines + ["return-void"]) + "\n.end method\n"

    def screen(self, number):
        screen = self.b["screens"][self.screens[number]]
        views = ([{"kind": "text", "id": "title", "text": screen["title"]}] if "title" in screen else []) + screen["views"]
        lines = []
        for view in views:
            self.used.add(("view", view["kind"]))
            lines += ["iget-object v0, p0, Lapp/Form;->context:Landroid/content/Context;",
                      f"const-string v1, {quote(view['text'])}", f"const/4 v2, {int(view.get('checked', False)):#x}",
                      f"invoke-static {{v0, v1, v2}}, Lapp/view/{camel(view['kind'])};->make(Landroid/content/Context;Ljava/lang/String;Z)Landroid/view/View;",
                      "move-result-object v1", f"const-string v2, {quote(view['id'])}", f"const-string v3, {quote(view.get('row', ''))}",
                      f"const v4, {self.optional(view.get('tap')):#x}",
                      "invoke-virtual {p0, v1, v2, v3, v4}, Lapp/Form;->add(Landroid/view/View;Ljava/lang/String;Ljava/lang/String;I)V"]
        if screen.get("drawn"):
            lines.append("invoke-static {p0}, Lapp/Drawn;->cover(Lapp/Form;)V")
        return self.method(f"static screen{number}(Lapp/Form;)V", 6, lines)

    def switch(self, head, registers, number, count, call):
        lines = [f"packed-switch {number}, :table", "return-void"] if count else []
        for i in range(count):
            lines += [f":case_{i}", call.format(i), "return-void"]
        if count:
            lines += [":table", ".packed-switch 0x0"] + [f":case_{i}" for i in range(count)] + [".end packed-switch"]
            return f".method {head}\n    .registers {registers}\n    " + "\n    ".join(lines) + "\n.end method\n"
        return self.method(head, registers, [])

    def back_list(self):
        lines = []
        for number, name in enumerate(self.screens):
            back = self.optional(self.b["screens"][name].get("back"))
            lines += [f"const v0, {number:#x}", f"if-ne p0, v0, :next_{number}", f"const v0, {back:#x}", "return v0", f":next_{number}"]
        lines += ["const/4 v0, -0x1", "return v0"]
        return ".method static backList(I)I\n    .registers 2\n    " + "\n    ".join(lines) + "\n.end method\n"

    def answer(self):
        lines = []
        for i, (permission, answer) in enumerate(self.b.get("permission_result", {}).items()):
            granted, denied = self.add(answer.get("granted", [])), self.add(answer.get("denied", []))
            lines += [f"const-string v0, {quote(permission)}", "invoke-virtual {v0, p0}, Ljava/lang/String;->equals(Ljava/lang/Object;)Z",
                      "move-result v0", f"if-eqz v0, :next_{i}", f"const v0, {granted:#x}", f"if-eqz p1, :run_{i}", f"const v0, {denied:#x}",
                      f":run_{i}", "invoke-static {v0}, Lapp/Calls;->run(I)V", "return-void", f":next_{i}"]
        return self.method("static answer(Ljava/lang/String;I)V", 4, lines)

    def component(self, kind, name, fields):
        body = _COMPONENTS[kind]
        for key, value in {"Class": camel(name) + camel(kind), **fields}.items():
            body = body.replace(f"@{key}@", value)
        return body

    def components(self):
        out = {}
        for name, receiver in self.b.get("receivers", {}).items():
            out[camel(name) + "Receiver"] = self.component("receiver", name, {"calls": hex(self.add(receiver["calls"]))})
        for name, service in self.b.get("services", {}).items():
            fields = {key: hex(self.add(service.get(key, []))) for key in ("create", "start", "task_removed")}
            fields["sticky"] = "0x1" if service.get("sticky") else "0x2"
            fields["foreground"] = _COMPONENTS["foreground"] if service.get("foreground") else ""
            out[camel(name) + "Service"] = self.component("service", name, fields)
        return out

    def calls_class(self):
        parts = [".class public Lapp/Calls;\n.super Ljava/lang/Object;\n"]
        parts += [self.screen(i) for i in range(len(self.screens))]
        parts += [self.back_list(), self.answer(),
                  self.switch("static fill(Lapp/Form;I)V", 2, "p1", len(self.screens), "invoke-static {{p0}}, Lapp/Calls;->screen{}(Lapp/Form;)V")]
        number = 0
        while number < len(self.lists):   # a timed call adds a list while it is written
            parts.append(self.method(f"static list{number}()V", 8, [x for call in self.lists[number] for x in self.lines(call)]))
            number += 1
        parts.append(self.switch("public static run(I)V", 1, "p0", number, "invoke-static {{}}, Lapp/Calls;->list{}()V"))
        return "\n".join(parts)


_COMPONENTS = _sections("component.smali", "component")


def _call_class(head, body):
    name, types = re.fullmatch(r"(\w+)\((.*)\)(?: quiet)?", head).groups()
    catch = ""
    if head.endswith("quiet"):
        registers, rest = body.split("\n", 1)
        body = f"{registers}\n    :begin\n{rest}\n    :end"
        catch = ("    .catch Ljava/lang/Exception; {:begin .. :end} :caught\n    :caught\n    move-exception v0\n    return-void\n")
    end = "" if body.rstrip().endswith("throw v0") else "    :skip\n    return-void\n"
    return (f".class public Lapp/call/{camel(name)};\n.super Ljava/lang/Object;\n\n"
            f".method public static run({types})V\n{body}\n{end}{catch}.end method\n")


def _view_class(kind, body):
    return (f".class public Lapp/view/{camel(kind)};\n.super Ljava/lang/Object;\n\n"
            f".method public static make(Landroid/content/Context;Ljava/lang/String;Z)Landroid/view/View;\n{body}\n.end method\n")


def smali(source):
    """A source's classes: {path below the smali folder: text}."""
    code = Code(source["behaviour"])
    classes = code.components()
    classes["Calls"] = code.calls_class()
    others = {}   # below no folder of the app's
    for head, body in _sections("calls.smali", "call").items():
        name = head.split("(")[0]
        if ("call", name) in code.used:
            classes["call/" + camel(name)] = _call_class(head, body)
        for maker in (m for m, do in code.by.items() if do == name):
            path = maker.replace(".", "/")
            others[path] = _call_class(head, body).replace(f"Lapp/call/{camel(name)};", f"L{path};")
    for kind, body in _sections("views.smali", "view").items():
        if ("view", kind) in code.used:
            classes["view/" + camel(kind)] = _view_class(kind, body)
    wanted = ["App", "MainActivity"] + list(classes)
    if source["behaviour"].get("jobs"):
        wanted.append("ProbeJobService")
    if source["behaviour"].get("alarms"):
        wanted.append("AlarmReceiver")
    seen = set()
    while wanted:
        name = wanted.pop()
        if name in seen:
            continue
        seen.add(name)
        if name not in classes:
            classes[name] = (RUNTIME / f"{name}.smali").read_text()
        wanted += re.findall(r"Lapp/([\w/]+);", classes[name])
        if name == "Calls":
            wanted += [found for text in others.values() for found in re.findall(r"Lapp/([\w/]+);", text)]
    folder = source["package"].replace(".", "/")
    def own(text):
        return text.replace("Lapp/", f"L{folder}/").replace("@package@", source["package"]).replace('"@label@"', quote(source["label"]))
    return {**{f"{folder}/{name}.smali": own(text) for name, text in classes.items()},
            **{f"{path}.smali": own(text) for path, text in others.items()}}

"""The vocabulary as a JSON schema (draft 7): schemas/behaviour.schema.json is this, printed."""
import json

from . import vocabulary as v

_SIMPLE = {
    "bool": {"type": "boolean"},
    "ms": {"type": "integer", "minimum": 0, "maximum": v.MAX_MS},
    "count": {"type": "integer", "minimum": 1, "maximum": 100000},
    "api": {"type": "integer", "minimum": 0, "maximum": 100},
    "text": {"type": "string", "maxLength": v.MAX_TEXT},
    "texts": {"type": "array", "items": {"type": "string", "maxLength": v.MAX_TEXT}, "maxItems": v.MAX_ANY},
    "class": {"type": "string", "pattern": f"^{v.PACKAGE}$"},
    "package": {"type": "string", "pattern": f"^{v.PACKAGE}$"},
    "component": {"type": "string", "pattern": f"^{v.PACKAGE}/[A-Za-z0-9_.$]+$"},
    "process": {"type": "string", "pattern": f"^{v.PROCESS}$"},
    "permissions": {"type": "array", "items": {"type": "string", "pattern": f"^{v.PERMISSION}$"}, "minItems": 1, "maxItems": 16},
    "names": {"type": "array", "items": {"type": "string", "pattern": f"^{v.NAME}$"}, "maxItems": v.MAX_ANY},
    "values": {"type": "object", "propertyNames": {"pattern": f"^{v.NAME}$"}, "additionalProperties": {"type": "string", "maxLength": v.MAX_TEXT}},
    "ages": {"type": "object", "propertyNames": {"pattern": f"^{v.NAME}$"}, "additionalProperties": {"type": "integer", "minimum": 1, "maximum": v.MAX_HOURS}},
    "where": {"enum": ["manifest", "code"]},
    "kind": {"enum": list(v.VIEW_KINDS)},
    "calls": {"type": "array", "items": {"$ref": "#/definitions/call"}},
    "views": {"type": "array", "items": {"$ref": "#/definitions/view"}, "maxItems": v.MAX_ANY},
}
_NAME = {"type": "string", "pattern": f"^{v.NAME}$"}


def _type(kind):
    if kind.endswith("*"):
        inner = kind[:-1]
        names = {"pattern": f"^{v.PERMISSION if inner == 'answer' else v.NAME}$"}
        one = _SIMPLE["calls"] if inner == "calls" else {"$ref": f"#/definitions/{inner}"}
        return {"type": "object", "propertyNames": names, "additionalProperties": one, "maxProperties": v.MAX_ANY}
    return _SIMPLE.get(kind, _NAME)


def _object(shape, **fixed):
    properties = {**fixed, **{key.rstrip("?"): _type(kind) for key, kind in shape.items()}}
    required = [*fixed, *(key for key in shape if not key.endswith("?"))]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _call(do, call):
    by = v.BY if do.startswith(v.READING) else {}
    shape = {**dict(call.args), **{key + "?": kind for key, kind in {**v.TIMING, **by}.items()}}
    out = _object(shape, do={"const": do})
    out["properties"]["if"] = {"$ref": "#/definitions/condition"}
    return out


def text():
    definitions = {"call": {"oneOf": [_call(do, call) for do, call in v.CALLS.items()]},
                   "condition": _object({key + "?": kind for key, kind in v.CONDITIONS.items()}),
                   "view": _object(v.VIEW), **{name: _object(shape) for name, shape in v.SHAPES.items()}}
    top = {"$schema": "http://json-schema.org/draft-07/schema#", "title": "storesweep behaviour file, format 1 (see BEHAVIOUR.md)",
           **_object(v.BEHAVIOUR, format={"const": 1}, package=_SIMPLE["package"]), "definitions": definitions}
    return json.dumps(top, indent=1, ensure_ascii=False) + "\n"

// Puts the table's hooks into the app's process through the Java bridge.
import { outcome } from './calls.js';
import * as values from './values.js';

const ABSTRACT = 0x400;
const MAX_UNHOOKED = 40;

export class Hooks {
  constructor(java, table, calls) {
    this.java = java;
    this.table = table;
    this.calls = calls;
    this.waiting = [...table.targets]; // whose class is not there, or not yet
    this.reflection = false;
    this.hooked = 0;
    this.unhooked = [];
  }

  // Every target whose class is there by now; how many hooks came to it.
  install() {
    const before = this.hooked;
    if (!this.reflection) this.reflection = this.hookReflection();
    const absent = new Set(), wrappers = new Map();
    this.waiting = this.waiting.filter(target => {
      if (absent.has(target.owner)) return true;
      try {
        if (!wrappers.has(target.owner)) wrappers.set(target.owner, this.java.use(target.owner));
      } catch (e) {
        absent.add(target.owner);
        return true;
      }
      this.hook(wrappers.get(target.owner), target);
      return false;
    });
    return this.hooked - before;
  }

  get lacking() {
    return this.unhooked.slice(0, MAX_UNHOOKED);
  }

  hook(wrapper, target) {
    const api = target.owner + '.' + target.name;
    try {
      const why = this.hookOverloads(wrapper, target, api);
      if (why !== null) this.unhooked.push(api + ': ' + why);
    } catch (e) {
      this.unhooked.push(api + ': ' + values.clipped(String(e.message ?? e), 80));
    }
  }

  hookOverloads(wrapper, target, api) {
    const overloads = wrapper[target.name]?.overloads;
    if (!overloads) return 'not on this version';
    if (isAbstract(wrapper, target.name)) return 'abstract';
    let any = false;
    for (const overload of overloads) {
      if (target.descriptor && descriptor(overload) !== target.descriptor) continue;
      this.replace(overload, target, api);
      any = true;
    }
    if (!any) return 'no such overload';
    this.hooked++;
    return null;
  }

  replace(overload, target, api) {
    const hooks = this;
    const returnType = overload.returnType.className;
    const argumentTypes = overload.argumentTypes.map(t => t.className);
    overload.implementation = function (...args) {
      const run = () => overload.call(this, ...args);
      if (target.digest) return hooks.calls.through(run, () => hooks.digested(this, api, args, argumentTypes), given => given, true);
      return hooks.calls.through(run, () => hooks.table.source(target, () => subject(target.by, this, args)), (source, result, thrown) =>
        ({ kind: 'call', source, api, args: asked(target.by, this, args), ...outcome(result, thrown, returnType) }));
    };
  }

  digested(instance, api, args, argumentTypes) {
    const given = values.input(args, argumentTypes);
    if (given === null) return null;
    return { kind: 'digest', api, algorithm: values.clipped(String(instance.getAlgorithm()), 40), ...given };
  }

  // A call by reflection is told of only where it leads to something on the list.
  hookReflection() {
    const hooks = this;
    const invoke = this.java.use('java.lang.reflect.Method').invoke.overloads[0];
    invoke.implementation = function (object, args) {
      return hooks.calls.through(() => invoke.call(this, object, args), () => hooks.reflected(this, args), (what, result, thrown) =>
        ({ kind: 'call', via: 'reflection', ...what, ...outcome(result, thrown, 'java.lang.Object') }));
    };
    return true;
  }

  reflected(method, args) {
    const name = method.getName();
    if (!this.table.names.has(name)) return null;
    const owner = method.getDeclaringClass().getName();
    const what = this.table.byMember.get(owner + '#' + name);
    const list = args === null ? [] : Array.from(args, one => (one === null ? null : text(one)));
    const source = what ? this.table.source(what, () => list.find(one => typeof one === 'string')) : null;
    return source === null ? null : { source, api: owner + '.' + name, args: values.args(list) };
  }
}

// What a call is about, by the list it is held against.
function subject(by, instance, args) {
  switch (by) {
    case 'settings': return args.find(one => typeof one === 'string');
    case 'commands': return Array.from(instance.command().toArray(), one => one.toString()).join(' ');
    case 'paths': return typeof args[0] === 'string' ? args[0] : instance?.getPath?.();
    case 'names': return named(args[0]);
    default: return args[0]?.toString(); // a Uri's text
  }
}

function asked(by, instance, args) {
  const text = by ? subject(by, instance, args) : undefined;
  return text === undefined ? values.args(args) : values.args([text]);
}

// An intent's action, else the class or the package it is for.
function named(intent) {
  const component = intent?.getComponent();
  return intent?.getAction() ?? component?.getClassName() ?? intent?.getPackage() ?? undefined;
}

function text(object) {
  if (typeof object !== 'object' && typeof object !== 'function') return object;
  return object.$className === 'java.lang.String' ? object.toString() : object;
}

function descriptor(overload) {
  const one = type => type.name; // as the VM writes it: I, [B, Ljava/lang/String;
  return '(' + overload.argumentTypes.map(one).join('') + ')' + one(overload.returnType);
}

// No code of its own would run: whoever implements it is hooked instead, or nobody is.
function isAbstract(wrapper, name) {
  if ((wrapper.class.getModifiers() & ABSTRACT) === 0) return false;
  const named_so = wrapper.class.getDeclaredMethods().filter(m => m.getName() === name);
  return named_so.length > 0 && named_so.every(m => (m.getModifiers() & ABSTRACT) !== 0);
}

// A Java bridge of plain objects: every class of the list with the members that the list names, so that the script can be
// seen to hook each and to tell of each call. It stands in for no device.

export class StubJava {
  constructor() {
    this.classes = new Map();
    this.thread = 1;
    this.stackText = 'java.lang.Exception\n\tat cn.sdk.Reader.read(Reader.java:7)\n\tat cn.app.App.onCreate(App.java:3)\n';
    this.pending = [];
    this.define('java.lang.reflect.Method', 'invoke', { types: ['java.lang.Object', '[Ljava.lang.Object;'], run: (self, object, args) => self.calls(object, args ?? []) });
  }

  // run: what the method itself does; the default gives a text.
  define(owner, name, { types = [], returns = 'java.lang.String', run = () => 'v', abstract = false } = {}) {
    const cls = this.classes.get(owner) ?? this.newClass(owner);
    const overload = function (...args) { return overload.run(this, ...args); };
    Object.assign(overload, {
      run, implementation: null, abstract, argumentTypes: types.map(type), returnType: type(returns),
    });
    (cls.members[name] ??= []).push(overload);
    cls.wrapper[name] = { overloads: cls.members[name] };
    return this;
  }

  newClass(owner) {
    const cls = { members: {}, wrapper: {} };
    cls.wrapper.class = {
      getModifiers: () => (Object.values(cls.members).flat().some(o => o.abstract) ? 0x401 : 1),
      getDeclaredMethods: () => Object.entries(cls.members).flatMap(([name, all]) =>
        all.map(o => ({ getName: () => name, getModifiers: () => (o.abstract ? 0x401 : 1) }))),
    };
    this.classes.set(owner, cls);
    return cls;
  }

  // As the app calls it: through the hook, if there is one.
  call(owner, name, self, ...args) {
    const overload = this.classes.get(owner).members[name].find(o => o.argumentTypes.length === args.length)
      ?? this.classes.get(owner).members[name][0];
    return overload.implementation ? overload.implementation.apply(self, args) : overload.apply(self, args);
  }

  // ---- what the script asks of a bridge (worker/observe/hooks/host.js, javaOf)
  use(name) {
    const cls = this.classes.get(name);
    if (!cls) throw new Error(`java.lang.ClassNotFoundException: ${name}`);
    return cls.wrapper;
  }
  now(what) { what(); }
  later(what) { this.pending.push(what); }
  stack() { return this.stackText; }
  threadName() { return this.thread === 1 ? 'main' : `pool-${this.thread}`; }
}

function type(name) {
  const short = { int: 'I', byte: 'B', boolean: 'Z', void: 'V' };
  return { className: name, name: short[name] ?? (name.startsWith('[') ? name : `L${name.replaceAll('.', '/')};`) };
}

export class StubHost {
  constructor(java) {
    this.pid = 4711;
    this.java = java;
    this.lines = [];
    this.ms = 100_000;
    this.timers = [];
  }
  print(line) { this.lines.push(line); }
  upMs() { return this.ms++; }
  threadId() { return this.java.thread; }
  every(ms, what) { this.timers.push({ ms, what }); }
  about() { return { frida: 'stub', runtime: 'NODE' }; }
  tick(ms) { for (const timer of this.timers) if (timer.ms === ms) timer.what(); }
  parsed() { return this.lines.map(line => JSON.parse(line)); }
}

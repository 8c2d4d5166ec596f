// What is hooked and what a call gives, from the one list of sources (rules/sources.yaml), which the worker puts before
// this script as it has loaded it. Pure.

// Methods that are declared in one class and carried out in another: an abstract method runs no code of its own.
const CARRIED_OUT_BY = {
  'android.content.pm.PackageManager': 'android.app.ApplicationPackageManager',
};

// Calls that give this or that by what they are asked for. by: which list of a source their subject is held against.
const BY_SUBJECT = [
  ['android.content.ContentResolver', 'query', 'uris'],
  ['android.content.ContentResolver', 'insert', 'uris'],
  ['android.content.ContentResolver', 'registerContentObserver', 'uris'],
  ['android.content.ContentResolver', 'openFileDescriptor', 'uris'],
  ['android.os.SystemProperties', 'get', 'properties'],
  ['java.lang.ProcessBuilder', 'start', 'commands'],
  ['libcore.io.IoBridge', 'open', 'paths'],
  ['java.io.File', 'list', 'paths'],
  ['java.io.File', 'listFiles', 'paths'],
  ['android.app.ContextImpl', 'bindService', 'names'],
];

// The bytes that go in: what is hashed or encrypted here leaves the device unreadable.
const DIGESTS = [
  ['java.security.MessageDigest', 'update'],
  ['java.security.MessageDigest', 'digest'],
  ['javax.crypto.Cipher', 'update'],
  ['javax.crypto.Cipher', 'doFinal'],
];

export function patternMatches(pattern, text) {
  const parts = pattern.split('*');
  if (parts.length === 1) return text === pattern;
  if (!text.startsWith(parts[0])) return false;
  let at = parts[0].length;
  const last = parts.pop();
  for (const part of parts.slice(1)) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.length - at >= last.length && text.endsWith(last);
}

function member(entry) {
  const at = entry.indexOf('(');
  return at < 0 ? { name: entry, descriptor: '' } : { name: entry.slice(0, at), descriptor: entry.slice(at) };
}

// The class that carries a declared one out, as far as it is known: of an interface of a system service its proxy.
function carrier(owner) {
  if (CARRIED_OUT_BY[owner]) return CARRIED_OUT_BY[owner];
  const simple = owner.slice(owner.lastIndexOf('.') + 1);
  return /^I[A-Z]\w*$/.test(simple) && /^(com\.)?android\./.test(owner) ? owner + '$Stub$Proxy' : owner;
}

export class Table {
  // sources: {version, settings_getters: {class: [names]}, kinds: [{id, methods: {class: [names]}, uris, ...}]}
  constructor(sources) {
    this.version = sources.version;
    this.kinds = sources.kinds;
    this.targets = [];
    this.fields = [];
    this.byMember = new Map(); // class#name -> {source} or {by}
    for (const kind of this.kinds) {
      for (const [owner, names] of Object.entries(kind.methods ?? {})) {
        for (const entry of names) this.add(owner, entry, { source: kind.id });
      }
      for (const [owner, names] of Object.entries(kind.fields ?? {}))
        for (const name of names) this.fields.push(owner + '.' + name);
    }
    for (const [owner, names] of Object.entries(sources.settings_getters)) {
      for (const name of names) this.add(owner, name, { by: 'settings' });
    }
    for (const [owner, name, by] of BY_SUBJECT) this.add(owner, name, { by });
    for (const [owner, name] of DIGESTS) this.targets.push({ owner, name, descriptor: '', digest: true });
    this.names = new Set([...this.byMember.keys()].map(key => key.slice(key.indexOf('#') + 1)));
  }

  add(declared, entry, what) {
    const { name, descriptor } = member(entry);
    const owner = carrier(declared);
    this.byMember.set(declared + '#' + name, what);
    if (this.targets.some(t => t.owner === owner && t.name === name && t.descriptor === descriptor)) return;
    this.byMember.set(owner + '#' + name, what);
    this.targets.push({ owner, name, descriptor, ...what });
  }

  // The kind of information that a member gives when it is asked for this; null: none that is on the list. The subject is
  // a function, since it costs calls into the app's own code.
  source(what, subject) {
    if (what.source) return what.source;
    const text = subject();
    if (typeof text !== 'string') return null;
    for (const kind of this.kinds) {
      const list = kind[what.by] ?? [];
      if (what.by === 'settings' ? list.includes(text) : list.some(pattern => patternMatches(pattern, text))) return kind.id;
    }
    return null;
  }
}

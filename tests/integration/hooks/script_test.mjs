// The script that is injected into apps, against a stubbed bridge: every source of the list fires once with its stack, and
// its output keeps its bounds. STORESWEEP_SOURCES: the list as JSON. What only a device shows is in docs/accuracy.md.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { BEAT_MS, DRAIN_MS, Session } from '../../../worker/observe/hooks/session.js';
import { MAX_LINE_BYTES, MAX_QUEUED, utf8Bytes } from '../../../worker/observe/hooks/stream.js';
import { patternMatches, Table } from '../../../worker/observe/hooks/table.js';
import { base64 } from '../../../worker/observe/hooks/values.js';
import { StubHost, StubJava } from './stub_bridge.mjs';

const SOURCES = JSON.parse(readFileSync(process.env.STORESWEEP_SOURCES, 'utf8'));

// Something that a pattern of the list matches.
const example = pattern => pattern.replaceAll('*', 'x');

// How an app asks for a source through one of the calls that give this or that: [instance, arguments].
function asking(by, kind) {
  const text = example(kind[by][0]);
  switch (by) {
    case 'commands': return [{ command: () => ({ toArray: () => text.split(' ') }) }, []];
    case 'names': return [null, [{ getAction: () => text, getComponent: () => null, getPackage: () => null }]];
    case 'settings': return [null, [{ $className: 'android.content.ContentResolver' }, text]];
    default: return [null, [text]];
  }
}

function everything() {
  const java = new StubJava();
  for (const t of new Table(SOURCES).targets) {
    const types = t.digest ? ['[B'] : t.by === 'settings' ? ['android.content.ContentResolver', 'java.lang.String']
      : t.by && t.by !== 'commands' ? ['java.lang.String'] : [];
    java.define(t.owner, t.name, { types });
  }
  return java;
}

function started(java = everything()) {
  const host = new StubHost(java);
  const session = new Session(host, java, SOURCES);
  session.start();
  return { java, host, session };
}

function events(host, kind = 'call') {
  for (let i = 0; i < 20; i++) host.tick(DRAIN_MS);
  return host.parsed().filter(line => line.kind === kind);
}

test('every method of the list fires once, with its kind, value, thread and stack', () => {
  const { java, host } = started();
  const expected = [];
  for (const t of new Table(SOURCES).targets.filter(one => one.source)) {
    java.call(t.owner, t.name, null);
    expected.push([t.source, `${t.owner}.${t.name}`]);
  }
  const seen = events(host);
  assert.deepEqual(seen.map(e => [e.source, e.api]), expected);
  assert.ok(expected.length > 100);
  const listed = k => k.methods || ['settings', 'uris', 'paths', 'properties', 'commands', 'names'].some(by => k[by]?.length);
  assert.deepEqual(SOURCES.kinds.filter(k => !listed(k)), [], 'a kind that no hook can see');
  for (const e of seen) {
    assert.equal(e.value, 'v');
    assert.equal(e.thread, 'main');
    assert.deepEqual(e.stack, ['cn.sdk.Reader.read(Reader.java:7)', 'cn.app.App.onCreate(App.java:3)']);
    assert.equal(e.depth, 0);
  }
});

test('every kind of the list with methods, settings, addresses, paths, properties, commands or names can be seen', () => {
  const { java, host } = started();
  const table = new Table(SOURCES);
  for (const by of ['settings', 'uris', 'paths', 'properties', 'commands', 'names']) {
    for (const target of table.targets.filter(t => t.by === by)) {
      for (const kind of SOURCES.kinds.filter(k => k[by]?.length)) {
        host.lines.length = 0;
        const [instance, args] = asking(by, kind);
        java.call(target.owner, target.name, instance, ...args);
        const seen = events(host);
        assert.equal(seen.length, 1, `${target.owner}.${target.name} for ${kind.id}`);
        assert.ok(seen[0].args.includes(example(kind[by][0])));
        assert.ok(SOURCES.kinds.some(k => k.id === seen[0].source && k[by].some(p => patternMatches(p, example(kind[by][0])))));
      }
    }
  }
});

test('a call for something that is not on the list is not told of', () => {
  const { java, host } = started();
  java.call('android.provider.Settings$Secure', 'getString', null, null, 'screen_brightness');
  java.call('android.content.ContentResolver', 'query', null, 'content://cn.app.own/items');
  assert.deepEqual(events(host), []);
});

test('what is thrown is told of and reaches the app', () => {
  const java = everything();
  java.classes.get('android.os.Build').members.getSerial[0].run = () => { throw new Error('java.lang.SecurityException: getSerial'); };
  const { host } = started(java);
  assert.throws(() => java.call('android.os.Build', 'getSerial', null), /SecurityException/);
  const [e] = events(host);
  assert.equal(e.threw, 'java.lang.SecurityException: getSerial');
  assert.equal(e.value, undefined);
});

test('null, lists and bytes are told apart', () => {
  const java = everything();
  const returns = (owner, name, type, value) => Object.assign(java.classes.get(owner).members[name][0], { returnType: { className: type }, run: () => value });
  returns('android.telephony.TelephonyManager', 'getImei', 'java.lang.String', null);
  returns('android.app.ApplicationPackageManager', 'getInstalledPackages', 'java.util.List', { $className: 'java.util.ArrayList', size: () => 143 });
  returns('android.location.LocationManager', 'getLastKnownLocation', 'long', { toString: () => '9007199254740993' });
  returns('java.net.NetworkInterface', 'getHardwareAddress', '[B', [2, 0, 0, -1]);
  const { host } = started(java);
  java.call('android.telephony.TelephonyManager', 'getImei', null);
  java.call('android.app.ApplicationPackageManager', 'getInstalledPackages', null);
  java.call('java.net.NetworkInterface', 'getHardwareAddress', null);
  java.call('android.location.LocationManager', 'getLastKnownLocation', null);
  const [imei, list, mac, wide] = events(host);
  assert.deepEqual([wide.type, wide.value], ['number', '9007199254740993']);
  assert.equal(imei.null, true);
  assert.deepEqual([list.type, list.size, list.value], ['java.util.ArrayList', 143, undefined]);
  assert.equal(mac.value, '020000ff');
});

test('reflection is seen, once each as what it leads to', () => {
  const { java, host } = started();
  const method = (owner, name) => ({
    getName: () => name, getDeclaringClass: () => ({ getName: () => owner }),
    calls: (object, args) => java.call(owner, name, object, ...args),
  });
  java.call('java.lang.reflect.Method', 'invoke', method('android.telephony.TelephonyManager', 'getImei'), null, []);
  java.call('java.lang.reflect.Method', 'invoke', method('android.provider.Settings$Secure', 'getString'), null, [{ $className: 'r' }, 'android_id']);
  java.define('cn.app.Own', 'getImei');
  java.call('java.lang.reflect.Method', 'invoke', method('cn.app.Own', 'getImei'), null, []);
  const seen = events(host);
  assert.deepEqual(seen.map(e => [e.source, e.via, e.depth]), [
    ['imei', undefined, 1], ['imei', 'reflection', 0], ['android_id', undefined, 1], ['android_id', 'reflection', 0]]);
  assert.ok(seen[1].up <= seen[0].up && seen[1].up + seen[1].took >= seen[0].up + seen[0].took, 'the outer call encloses the inner');
});

test('what is hashed and encrypted is told of, bounded', () => {
  const { java, host } = started();
  const digest = { getAlgorithm: () => 'MD5' };
  java.call('java.security.MessageDigest', 'update', digest, Array.from('355', c => c.charCodeAt(0)));
  java.call('javax.crypto.Cipher', 'doFinal', { getAlgorithm: () => 'AES/CBC/PKCS5Padding' }, new Array(10_000).fill(-1));
  const [md5, aes] = events(host, 'digest');
  assert.deepEqual([md5.algorithm, md5.bytes, Buffer.from(md5.head, 'base64').toString()], ['MD5', 3, '355']);
  assert.equal(aes.bytes, 10_000);
  assert.equal(Buffer.from(aes.head, 'base64').length, 192);
});

test('base64 is what everybody else calls so', () => {
  for (const text of ['', 'a', 'ab', 'abc', 'abcd', '\xff\x00\xfe'])
    assert.equal(base64(Array.from(Buffer.from(text, 'latin1'))), Buffer.from(text, 'latin1').toString('base64'));
});

test('a flood is bounded, what was lost is counted, numbers have no gap', () => {
  const { java, host } = started();
  for (let i = 0; i < MAX_QUEUED + 50; i++) java.call('android.os.Build', 'getSerial', null);
  const seen = events(host);
  assert.equal(seen.length, MAX_QUEUED);
  host.tick(BEAT_MS);
  const all = host.parsed();
  assert.equal(all.at(-1).lost, 50);
  assert.deepEqual(all.map(l => l.n), all.map((_, i) => i));
});

test('digests in masses leave room for everything else', () => {
  const { java, host } = started();
  for (let i = 0; i < MAX_QUEUED; i++) java.call('java.security.MessageDigest', 'update', { getAlgorithm: () => 'MD5' }, [1]);
  java.call('android.os.Build', 'getSerial', null);
  assert.equal(events(host).length, 1);
  host.tick(BEAT_MS);
  assert.equal(host.parsed().at(-1).lost, MAX_QUEUED / 2);
});

test('a line keeps its bound whatever the app has in it', () => {
  const java = everything();
  java.classes.get('android.os.Build').members.getSerial[0].run = () => '长'.repeat(5_000);
  java.stackText = 'x\n' + '\tat 甲乙丙.丁戊己.庚辛(Source.java:1)'.padEnd(3_000, '癸').concat('\n').repeat(200);
  const { host } = started(java);
  java.call('android.os.Build', 'getSerial', null);
  const [e] = events(host);
  assert.equal(e.value.length, 256);
  assert.ok(e.cut && e.stack.length >= 1);
  for (const line of host.lines) assert.ok(utf8Bytes(line) <= MAX_LINE_BYTES && Buffer.byteLength(line) === utf8Bytes(line));
});

test('hello says which script, and what could not be hooked and why', () => {
  const java = everything();
  java.classes.get('com.bun.supplier.IdSupplier').members.getOAID[0].abstract = true;
  java.classes.delete('com.baidu.location.LocationClient');
  delete java.classes.get('android.os.Build').wrapper.getSerial;
  const { host } = started(java);
  const [hello] = host.parsed();
  assert.equal(hello.kind, 'hello');
  assert.equal(hello.n, 0);
  assert.equal(hello.sources, SOURCES.version);
  assert.equal(hello.absent, 3, 'methods of a class that is not there');
  assert.ok(hello.fields > 0, 'reads of fields no hook sees');
  assert.deepEqual(hello.unhooked.sort(), ['android.os.Build.getSerial: not on this version', 'com.bun.supplier.IdSupplier.getOAID: abstract']);
});

test('classes that come later are hooked when they are there', () => {
  const java = everything();
  const late = java.classes.get('com.baidu.location.LocationClient');
  java.classes.delete('com.baidu.location.LocationClient');
  const { host } = started(java);
  java.classes.set('com.baidu.location.LocationClient', late);
  java.pending.forEach(what => what());
  java.call('com.baidu.location.LocationClient', 'start', null);
  const seen = events(host);
  assert.equal(seen[0].source, 'location');
  assert.equal(events(host, 'found')[0].hooked, 3);
});

test('threads are told apart, and one does not nest into another', () => {
  const java = everything();
  java.classes.get('android.os.Build').members.getSerial[0].run = () => {
    java.thread = 2;
    java.call('android.telephony.TelephonyManager', 'getImei', null);
    java.thread = 1;
    return 'v';
  };
  const { host } = started(java);
  java.call('android.os.Build', 'getSerial', null);
  assert.deepEqual(events(host).map(e => [e.tid, e.depth, e.thread]), [[2, 0, 'pool-2'], [1, 0, 'main']]);
});

test('our own calls are not told of, and our failures are not the app\'s', () => {
  const java = everything();
  const { host, session } = started(java);
  java.stack = () => { java.call('android.os.Build', 'getSerial', null); throw new Error('no stack'); };
  assert.equal(java.call('android.telephony.TelephonyManager', 'getImei', null), 'v');
  assert.deepEqual(events(host), []);
  assert.equal(session.stream.lost, 1);
});

test('beats go on under a full queue, and the end is told', () => {
  const { java, host, session } = started();
  for (let i = 0; i < MAX_QUEUED; i++) java.call('android.os.Build', 'getSerial', null);
  host.tick(BEAT_MS);
  assert.deepEqual([host.parsed().at(-1).kind, host.parsed().at(-1).queued], ['beat', MAX_QUEUED]);
  session.end();
  assert.equal(host.parsed().at(-1).kind, 'end');
  assert.equal(host.parsed().filter(l => l.kind === 'call').length, MAX_QUEUED);
});

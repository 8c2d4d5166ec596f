// Runs the built file in a runtime that has Frida's names and no Java: it must load as one plain script and say what it lacks.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import vm from 'node:vm';

const lines = [];
const pointer = () => new Proxy(function () {}, {
  get: (_, key) => (key === 'toNumber' ? () => 1 : () => pointer()),
  apply: () => pointer(),
});
const runtime = {
  console: { log: line => lines.push(line) },
  Process: { pointerSize: 8, arch: 'x64', platform: 'linux', id: 1, findModuleByName: () => null, enumerateModules: () => [], getCurrentThreadId: () => 1 },
  Module: { findGlobalExportByName: () => 1 },
  Frida: { version: 'stub' }, Script: { runtime: 'QJS', nextTick: () => {}, bindWeak: () => 1 },
  NativePointer: class {}, NativeFunction: class { constructor() { return () => 0; } },
  Memory: { alloc: pointer }, ptr: pointer, rpc: {}, NULL: null,
  storesweepSources: { version: '1', settings_getters: {}, kinds: [] },
};
runtime.globalThis = runtime;
vm.runInNewContext(readFileSync(process.argv[2], 'utf8'), runtime);
assert.deepEqual(lines.map(line => JSON.parse(line).why), ['Java API not available']);

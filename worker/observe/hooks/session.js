// One script in one process: it says hello, tells of calls, and beats, so that silence is never taken for innocence.
import { Calls } from './calls.js';
import { Hooks } from './install.js';
import { Stream } from './stream.js';
import { Table } from './table.js';

export const SCRIPT_VERSION = '1';
export const BEAT_MS = 1000;
export const DRAIN_MS = 50;
const BEATS_A_LOOK = 5; // so often it is looked for classes that were not there

export class Session {
  // host: what the runtime gives (host.js, or a test's own); java: the bridge; sources: the worker's list.
  constructor(host, java, sources) {
    this.host = host;
    this.java = java;
    this.table = new Table(sources);
    this.stream = new Stream(line => host.print(line));
    this.hooks = new Hooks(java, this.table, new Calls(host, java, this.stream));
    this.beats = 0;
  }

  // The platform's own classes at once, those of the app when its loader is there.
  start() {
    this.java.now(() => this.hooks.install());
    const { hooked, waiting, lacking: unhooked } = this.hooks;
    this.stream.write({
      kind: 'hello', up: this.host.upMs(), pid: this.host.pid, script: SCRIPT_VERSION, ...this.host.about(),
      sources: this.table.version, hooked, absent: waiting.length, fields: this.table.fields.length, unhooked,
    });
    this.java.later(() => this.look());
    this.host.every(DRAIN_MS, () => this.stream.drain());
    this.host.every(BEAT_MS, () => this.beat());
  }

  look() {
    const hooked = this.hooks.install();
    if (hooked > 0) this.stream.put({ kind: 'found', up: this.host.upMs(), hooked, absent: this.hooks.waiting.length });
  }

  // Straight to the host: what waits in the queue does not hold it up.
  beat() {
    this.stream.write({ kind: 'beat', up: this.host.upMs(), queued: this.stream.queued });
    if (++this.beats % BEATS_A_LOOK === 0 && this.hooks.waiting.length > 0) this.java.now(() => this.look());
  }

  end() {
    this.stream.drain(this.stream.queued);
    this.stream.write({ kind: 'end', up: this.host.upMs() });
  }
}

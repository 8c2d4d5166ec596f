// One call of a hooked method as one event: what it gave, on which thread, from where, inside how many others of the list.
import * as values from './values.js';

const MAX_FRAMES = 24;
const MAX_FRAME = 120;
const MAX_THROWN = 200;

export class Calls {
  // host: {upMs(), threadId(), pid}; java: {stack(), threadName()}, of the calling thread.
  constructor(host, java, stream) {
    this.host = host;
    this.java = java;
    this.stream = stream;
    this.depths = new Map(); // calls of the list that a thread is in
    this.busy = new Set();   // threads on which we ourselves are calling
  }

  // Runs the method as it is. identify() says before it what the call is (null: nothing to tell of), about(what, result,
  // thrown) after it the event's own fields. What goes wrong with us is never the app's to see.
  through(run, identify, about, minor = false) {
    const thread = this.host.threadId();
    const what = this.busy.has(thread) ? null : this.quietly(thread, identify);
    if (what === null) return run();
    const depth = this.depths.get(thread) ?? 0;
    const up = this.host.upMs();
    let result, thrown;
    this.depths.set(thread, depth + 1);
    try {
      result = run();
      return result;
    } catch (e) {
      thrown = e;
      throw e;
    } finally {
      if (depth === 0) this.depths.delete(thread);
      else this.depths.set(thread, depth);
      this.quietly(thread, () => this.tell(thread, { up, depth }, about(what, result, thrown), minor));
    }
  }

  // Our own calls into the app's classes are no calls of the app.
  quietly(thread, what) {
    this.busy.add(thread);
    try {
      return what();
    } catch (e) {
      this.stream.lost++;
      return null;
    } finally {
      this.busy.delete(thread);
    }
  }

  tell(thread, when, fields, minor) {
    if (fields === null) return;
    this.stream.put({
      up: when.up, took: this.host.upMs() - when.up, pid: this.host.pid, tid: thread, depth: when.depth, ...fields,
      thread: values.clipped(String(this.java.threadName()), 64), stack: this.stack(),
    }, minor);
  }

  stack() {
    const frames = [];
    for (const line of String(this.java.stack()).split('\n')) {
      const frame = line.trim();
      if (frame.startsWith('at ')) frames.push(values.clipped(frame.slice(3), MAX_FRAME));
      if (frames.length === MAX_FRAMES) break;
    }
    return frames;
  }
}

export function outcome(result, thrown, returnType) {
  if (thrown === undefined) return values.returned(result, returnType);
  return { threw: values.clipped(String(thrown.$className ? thrown.toString() : thrown.message ?? thrown), MAX_THROWN) };
}

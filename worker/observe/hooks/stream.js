// Lines to the host, through a queue with bounds: an app that calls without end must neither fill its own memory by us
// nor be slowed down by a full pipe. What finds no room is counted, and each line tells how much that is by then.

// A write of at most so many bytes to a pipe is never mixed with another process's (PIPE_BUF, less the line's end).
export const MAX_LINE_BYTES = 4000;
export const MAX_QUEUED = 2000;
const MAX_MINOR_QUEUED = MAX_QUEUED / 2; // what comes in masses leaves room for the rest
const MAX_LINES_A_TURN = 200;

// Bytes of the line in UTF-8, without an encoder, which no Frida runtime has.
export function utf8Bytes(text) {
  let bytes = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    bytes += c < 0x80 ? 1 : c < 0x800 ? 2 : c >= 0xd800 && c < 0xe000 ? 2 : 3;
  }
  return bytes;
}

export class Stream {
  // print: one line to the host. Counters start at 0 with each script.
  constructor(print) {
    this.print = print;
    this.queue = [];
    this.number = 0;
    this.lost = 0;
  }

  get queued() {
    return this.queue.length;
  }

  // minor: of a kind that comes in masses. False: it was counted as lost.
  put(event, minor = false) {
    if (this.queue.length >= (minor ? MAX_MINOR_QUEUED : MAX_QUEUED)) {
      this.lost++;
      return false;
    }
    this.queue.push(event);
    return true;
  }

  // Some of what waits goes out, numbered as it goes.
  drain(lines = MAX_LINES_A_TURN) {
    for (const event of this.queue.splice(0, lines)) this.write(event);
  }

  write(event) {
    const text = fitted({ ...event, n: this.number, lost: this.lost });
    if (text === null) {
      this.lost++;
      return;
    }
    this.number++;
    this.print(text);
  }
}

// The line as text within its bound: a stack gives up frames from below, a list its last entries.
function fitted(line) {
  for (;;) {
    const text = JSON.stringify(line);
    if (utf8Bytes(text) <= MAX_LINE_BYTES) return text;
    const list = line.stack?.length > 1 ? 'stack' : line.unhooked?.length ? 'unhooked' : null;
    if (list === null) return null;
    line[list] = line[list].slice(0, Math.floor(line[list].length * 0.8));
    line.cut = true;
  }
}

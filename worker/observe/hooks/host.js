// What the Frida runtime gives: the device's uptime, threads, lines to the host. Not run by any test here.

const CLOCK_BOOTTIME = 7; // what /proc/uptime counts

function exported(name) {
  const address = Module.findGlobalExportByName ? Module.findGlobalExportByName(name) : Module.findExportByName(null, name);
  if (address === null) throw new Error(name + ' is in no library');
  return address;
}

export function fridaHost(print) {
  const clock = new NativeFunction(exported('clock_gettime'), 'int', ['int', 'pointer']);
  const wide = Process.pointerSize === 8;
  return {
    pid: Process.id,
    print,
    // A buffer a call: hooks run on many threads.
    upMs() {
      const at = Memory.alloc(16);
      clock(CLOCK_BOOTTIME, at);
      const s = wide ? at.readS64().toNumber() : at.readS32();
      const ns = wide ? at.add(8).readS64().toNumber() : at.add(4).readS32();
      return s * 1000 + Math.floor(ns / 1e6);
    },
    threadId: () => Process.getCurrentThreadId(),
    every: (ms, what) => setInterval(what, ms),
    about: () => ({ frida: Frida.version, runtime: Script.runtime }),
  };
}

// The bridge as the other files see it.
export function javaOf(Java) {
  let Log, Exception, Thread;
  return {
    use: name => Java.use(name),
    now: what => Java.performNow(what),
    later: what => Java.perform(what),
    stack() {
      Log ??= Java.use('android.util.Log');
      Exception ??= Java.use('java.lang.Exception');
      return Log.getStackTraceString(Exception.$new());
    },
    threadName() {
      Thread ??= Java.use('java.lang.Thread');
      return Thread.currentThread().getName();
    },
  };
}

// What frida-inject runs in the app's process. The worker writes the list of sources before it (globalThis.storesweepSources).
import Java from 'frida-java-bridge';
import { fridaHost, javaOf } from './host.js';
import { Session } from './session.js';

try {
  const session = new Session(fridaHost(line => console.log(line)), javaOf(Java), globalThis.storesweepSources);
  rpc.exports = { dispose: () => session.end() };
  session.start();
} catch (e) {
  console.log(JSON.stringify({ kind: 'absent', n: 0, lost: 0, up: 0, why: String(e.message ?? e).slice(0, 200) }));
}

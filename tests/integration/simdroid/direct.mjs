// @yume-chan/adb speaks the device protocol itself, without an adb server, over a TCP stream of ours.
//   node direct.mjs MODULES ADDRESS ADB-HALF|ALL|REFUSED APK
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { generateKeyPairSync } from "node:crypto";
import { Readable } from "node:stream";
import { pathToFileURL } from "node:url";

const [modules, address, part, apk] = process.argv.slice(2);
const load = (name) => import(pathToFileURL(`${modules}/node_modules/${name}/esm/index.js`));
const { Adb, AdbDaemonTransport, AdbPacket, AdbPacketSerializeStream } = await load("@yume-chan/adb");
const { Consumable, ReadableStream, StructDeserializeStream } = await load("@yume-chan/stream-extra");

const [host, port] = address.split(":");
const socket = connect(Number(port), host);
socket.setNoDelay(true);
await new Promise((resolve, reject) => socket.once("connect", resolve).once("error", reject));

const packets = new AdbPacketSerializeStream();
packets.readable.pipeTo(new Consumable.WritableStream({
  write: (bytes) => new Promise((resolve, reject) => socket.write(bytes, (error) => (error ? reject(error) : resolve()))),
  close: () => socket.end(),
})).catch(() => {});
const connection = {
  readable: Readable.toWeb(socket).pipeThrough(new StructDeserializeStream(AdbPacket)),
  writable: packets.writable,
};

const keys = [];
const credentialStore = {
  generateKey() {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048, publicExponent: 65537, privateKeyEncoding: { type: "pkcs8", format: "der" }, publicKeyEncoding: { type: "spki", format: "der" } });
    keys.push({ buffer: new Uint8Array(privateKey), name: "stranger@test" });
    return keys.at(-1);
  },
  iterateKeys: () => keys[Symbol.iterator](),
};

const authenticated = AdbDaemonTransport.authenticate({ serial: address, connection, credentialStore });
if (part === "REFUSED") {
  const outcome = await Promise.race([authenticated.then(() => "let in", (e) => `refused: ${e.message}`), new Promise((r) => setTimeout(r, 1500, "left waiting"))]);
  assert.equal(outcome, "left waiting");
  console.log(`yume-chan/adb and ${address}: ${part}`);
  process.exit(0);
}
const adb = new Adb(await authenticated);
const text = async (command) => (await adb.createSocketAndWait(`shell:${command}`)).replaceAll("\r\n", "\n");
const old = (await text("getprop ro.build.version.sdk")) === "19\n";
assert.equal(await text("getprop ro.storesweep.simulated"), "1\n");
assert.ok(adb.banner.model.length > 0);

assert.equal(await text("echo hello"), "hello\n");
if (!old) {
  assert.equal(await adb.subprocess.noneProtocol.spawnWaitText("echo exec"), "exec\n");
  const said = await adb.subprocess.shellProtocol.spawnWaitText("echo out; echo err >&2; exit 9");
  assert.deepEqual(said, { stdout: "out\n", stderr: "err\n", exitCode: 9 });
} else {
  assert.equal(adb.subprocess.shellProtocol, undefined);
  await assert.rejects(adb.subprocess.noneProtocol.spawnWaitText("echo exec"), /open failed/); // no exec: there
}
const many = await Promise.all(Array.from({ length: 40 }, (_, i) => text(`sleep 2; echo ${i}`)));
assert.deepEqual(many, Array.from({ length: 40 }, (_, i) => `${i}\n`));

const data = new Uint8Array(400_000).map((_, i) => i * 7);
const pieces = (bytes) => new ReadableStream({ start(c) { for (let i = 0; i < bytes.length; i += 60_000) c.enqueue(bytes.subarray(i, i + 60_000)); c.close(); } });
const sync = await adb.sync();
await sync.write({ filename: "/data/local/tmp/direct.bin", file: pieces(data), permission: 0o644, mtime: 1_600_000_000 });
const stat = await sync.lstat("/data/local/tmp/direct.bin");
assert.equal(Number(stat.size), data.length);
assert.equal(Number(stat.mtime), 1_600_000_000);
assert.ok((await sync.readdir("/data/local/tmp")).some((e) => e.name === "direct.bin"));
const chunks = [];
for await (const chunk of sync.read("/data/local/tmp/direct.bin")) chunks.push(chunk);
assert.deepEqual(new Uint8Array(Buffer.concat(chunks)), data);
await assert.rejects(async () => { for await (const _ of sync.read("/nosuch")); }, /No such file/);
await sync.dispose();

if (part === "ALL") {
  const file = readFileSync(apk);
  if (old) {
    const s = await adb.sync();
    await s.write({ filename: "/data/local/tmp/direct.apk", file: pieces(new Uint8Array(file)) });
    await s.dispose();
    assert.match(await text("pm install -r /data/local/tmp/direct.apk"), /Success/);
  } else {
    const install = await adb.createSocket(`exec:cmd package install -r -S ${file.length}`);
    const writer = install.writable.getWriter();
    writer.write(new Uint8Array(file)).catch(() => {});
    const out = [];
    for await (const chunk of install.readable) out.push(chunk);
    assert.match(Buffer.concat(out).toString(), /Success/);
  }
  assert.match(await text("pm path com.stranger.hello"), /^package:\/data\/app\//);
  const logcat = await adb.createSocket("shell:logcat -b events");
  await text("am start -n com.stranger.hello/.MainActivity");
  let log = "";
  for await (const chunk of logcat.readable) {
    log += Buffer.from(chunk).toString();
    if (/am_proc_start.*com\.stranger\.hello/.test(log)) break;
  }
  assert.match(await text("pm uninstall com.stranger.hello"), /Success/);
}
console.log(`yume-chan/adb and ${address}: ${part}`);
process.exit(0);

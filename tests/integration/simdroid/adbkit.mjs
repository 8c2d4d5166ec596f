// @devicefarmer/adbkit drives one simulated device through a stock adb server. Ends with 0, or says what differed.
//   node adbkit.mjs MODULES PORT SERIAL ADB-HALF|ALL APK
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";

const [modules, port, serial, part, apk] = process.argv.slice(2);
const Adbkit = createRequire(modules + "/")("@devicefarmer/adbkit");
const client = Adbkit.Adb.createClient({ host: "127.0.0.1", port: Number(port) });
const device = client.getDevice(serial);
const shell = async (command) => (await Adbkit.Adb.util.readAll(await device.shell(command))).toString().replaceAll("\r\n", "\n");
const read = async (stream) => Buffer.concat(await stream.toArray());

const devices = await client.listDevices();
assert.equal(devices.find((d) => d.id === serial)?.type, "device");
assert.equal(await device.getState(), "device");
const properties = await device.getProperties();
assert.equal(properties["ro.storesweep.simulated"], "1");
const old = properties["ro.build.version.sdk"] === "19";

assert.equal(await shell("echo 'a  b'; echo c"), "a  b\nc\n");
assert.equal(await shell(["echo", "it's", "one $word"]), "it's one $word\n");

const data = Buffer.alloc(300_000, "storesweep");
const folder = mkdtempSync(`${tmpdir()}/storesweep_kit_`);
process.on("exit", () => rmSync(folder, { recursive: true }));
writeFileSync(`${folder}/data`, data);
const push = await device.push(`${folder}/data`, "/data/local/tmp/kit.bin", 0o644);
await new Promise((resolve, reject) => push.on("end", resolve).on("error", reject));
const stat = await device.stat("/data/local/tmp/kit.bin");
assert.equal(stat.size, data.length);
assert.ok(stat.isFile());
assert.ok((await device.readdir("/data/local/tmp")).some((e) => e.name === "kit.bin" && e.size === data.length));
assert.deepEqual(await read(await device.pull("/data/local/tmp/kit.bin")), data);
await assert.rejects(device.stat("/data/local/tmp/nosuch"), /ENOENT/);

if (part === "ALL") {
  assert.equal(await device.install(apk), true);
  assert.equal(await device.isInstalled("com.stranger.hello"), true);
  assert.ok((await device.getPackages()).includes("com.stranger.hello"));
  assert.ok((await device.getFeatures())["android.hardware.wifi"]);
  await device.startActivity({ component: "com.stranger.hello/.MainActivity", wait: true });
  if (!old) assert.equal((await read(await device.screencap())).subarray(1, 4).toString(), "PNG");
  const logcat = await device.openLogcat({ clear: false });
  const entry = await new Promise((resolve, reject) => {
    logcat.on("entry", resolve).on("error", reject);
    setTimeout(() => reject(new Error("no log entry in 20 s")), 20_000);
  });
  assert.ok(entry.pid >= 0 && entry.date instanceof Date && entry.tag.length > 0, JSON.stringify(entry));
  logcat.end();
  assert.equal(await device.uninstall("com.stranger.hello"), true);
  assert.equal(await device.isInstalled("com.stranger.hello"), false);
}
console.log(`adbkit and ${serial}: ${part}`);
process.exit(0);

// Commands on a device through the stock adb server by @devicefarmer/adbkit, for bench.py, with the line protocol of
// the other load programs. Usage: node adbkit_load.js MODULES PORT SERIAL; on standard input `adbkit echo N`, ...
const path = require('path');
const readline = require('readline');
const { Readable } = require('stream');

const [modules, port, serial] = process.argv.slice(2);
const { Adb } = require(path.join(modules, '@devicefarmer/adbkit'));
const device = Adb.createClient({ port: Number(port) }).getDevice(serial);
const content = Buffer.alloc(30000, 'p');

async function call(what) {
  if (what === 'push') {
    const transfer = await device.push(Readable.from([content], { objectMode: false }), '/data/local/tmp/bench.bin');
    await new Promise((ok, failed) => transfer.on('end', ok).on('error', failed));
    return;
  }
  const output = await device.shell(what === 'echo' ? 'echo hello' : 'cat /data/local/tmp/dump.txt');
  const bytes = await Adb.util.readAll(output);
  const wanted = what === 'echo' ? 6 : 20000;
  if (bytes.length !== wanted) throw new Error(`an answer of ${bytes.length} bytes`);
}

async function measure(what, times) {
  const us = [];
  const began = process.hrtime.bigint();
  for (let i = 0; i < times; i++) {
    const one = process.hrtime.bigint();
    await call(what);
    us.push(Number(process.hrtime.bigint() - one) / 1000);
  }
  const seconds = Number(process.hrtime.bigint() - began) / 1e9;
  us.sort((a, b) => a - b);
  const quantile = (q) => Math.round(us[Math.floor(q * (us.length - 1))]);
  console.log(JSON.stringify({ done: times, seconds, rate: times / seconds, p50_us: quantile(0.5), p99_us: quantile(0.99) }));
}

(async () => {
  console.log('{"ready":true}');
  for await (const line of readline.createInterface({ input: process.stdin })) {
    if (line === 'quit') process.exit(0);
    const [, what, times] = line.split(' ');
    await measure(what, Number(times));
  }
})().catch((error) => {
  console.error(error);
  process.exit(1);
});

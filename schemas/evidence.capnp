@0xc3a1f0d2b7e45981;
# The journal of one run: what a worker did to a device and what the device said, raw, in order, as it happened.
#
# A journal file is the 8 bytes "SSJRNL\x00\x01", then frames. A frame is
#   u64 LE   n, the length of the message in bytes: a multiple of 8, at most 16 MiB
#   n bytes  a Frame as a flat (unpacked) Cap'n Proto message
#   32 bytes chain: SHA-256(previous chain || message); the chain before the first frame is 32 zero bytes
# so every frame stands at a multiple of 8. The first frame is the header, the last one the seal. A journal without
# its seal was cut off: what it holds still counts, what is missing is *not tested*.
using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("storesweep::format");

struct Frame {
  union {
    header @0 :Header;
    record @1 :Record;
    seal @2 :Seal;
  }
}

struct Header {
  version @0 :UInt32;          # 1
  epoch @1 :UInt64;            # of the token
  n @2 :UInt64;
  job @3 :Int64;
  worker @4 :Text;
  workerKey @5 :Data;          # Ed25519 public key, 32 bytes (RFC 8032)
  keyIds @6 :List(Text);       # of the keys that may sign the seal: the worker's first
  device @7 :Text;             # ro.serialno
  deviceClass @8 :Text;        # emulator, phone, simulated
  api @9 :Int32;
  fingerprint @10 :Text;       # ro.build.fingerprint
  clockRatePermille @11 :Int64;  # the device's clock against the host's, attested at the lease; 1000 on real devices
  depth @12 :UInt8;            # 0 triage, 1 lab
  onlyRules @13 :List(Text);   # a confirmation or retest; empty: everything
  fileSet @14 :Data;           # SHA-256 of the APK file set
  package @15 :Text;
  startedWallMs @16 :Int64;    # host, since 1970
  deviceStartMs @17 :Int64;    # device clock at the start, since 1970
  deviceZoneMinutes @18 :Int32;  # the device's offset from UTC: its logs and dumps print local time
  workerVersion @19 :Text;
  scripted @20 :Bool;          # no device was driven at all: a scripted worker's journal
}

enum Kind {
  marker @0;    # a phase begins (name = begin) or ends (name = end)
  action @1;    # the driver did something: name = tap, key, launch, swipe_away, reboot, grant...; data = details
  raw @2;       # what the device printed: name = the command or stream, data = its bytes
  blob @3;      # a larger thing stored beside the journal: name, sha256, bytes
  document @4;  # listing, facts, policy: name, data = JSON or text
  lost @5;      # an observer lost something: name = the observer, count, data = why
  failed @6;    # an observer or step failed: name = the observer, reason = a Reason's name, data = text
  attest @7;    # a fact about the device that was checked: name, data
}

struct Record {
  sequence @0 :UInt64;    # 1, 2, 3, ...
  hostMs @1 :Int64;       # since the start, host's steady clock
  deviceMs @2 :Int64;     # since the start, device's clock
  phase @3 :UInt8;        # 0 = P0 ... 12 = P12
  kind @4 :Kind;
  name @5 :Text;
  data @6 :Data;
  sha256 @7 :Data;        # blob
  bytes @8 :UInt64;       # blob
  count @9 :UInt64;       # lost
  reason @10 :Text;       # failed
  tookMs @11 :Int64;      # device's clock: action or raw; it was done, or read, from deviceMs to deviceMs + tookMs. The
                          # uptime is read before and after, as part of the command. -1: the answer was lost.
}

struct Seal {
  complete @0 :Bool;      # every phase of the plan came to its end
  reason @1 :Text;        # why not
  records @2 :UInt64;
  endedHostMs @3 :Int64;
  chain @4 :Data;         # chain after the last record
  signatures @5 :List(Signature);
}

struct Signature {
  keyId @0 :Text;
  algorithm @1 :Text;     # ed25519
  bytes @2 :Data;         # over "storesweep journal 1" || chain
}

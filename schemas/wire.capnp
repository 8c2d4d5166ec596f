@0xb8e2d4a1907c3f65;
# What a worker and a coordinator say to each other: one ZeroMQ frame is one turn, a FromWorkerTurn or a ToWorkerTurn,
# as a flat (unpacked) Cap'n Proto message of at most 4 MiB. The worker's DEALER connects to the coordinator's ROUTER under CURVE; who speaks is known
# by the key (the User-Id of ZAP), never by what a message says. What the messages mean, and in which order, is the
# protocol of leases: PROTOCOL.md.
#
# Rules of the form:
#   - A reader refuses an unknown enumerant, a list or text beyond its bound and a digest of a wrong length; the whole
#     turn is dropped and counted. Bounds stand with the fields; a text without one has 8 KiB, a list 1,024.
#   - Fields are only ever added. An older reader ignores what it does not know; a change of meaning raises `protocol`.
#   - Digests are SHA-256, 32 bytes, or empty: not known.
#   - Every message to a worker carries the coordinator's epoch; a worker refuses one older than the highest it has seen.
using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("storesweep::wire_format");

# ---- what both sides name

struct Token {
  # One try at one job. Nobody but the coordinator can make one: `mac` is under a key kept in its store.
  epoch @0 :UInt64;
  n @1 :UInt64;            # counts up within the epoch
  incarnation @2 :UInt64;  # of the coordinator that granted it
  job @3 :Int64;
  worker @4 :Text;
  mac @5 :Data;            # 16 bytes
}

struct Needs {
  # What an app needs of a device.
  abis @0 :List(Text);     # any one of them; empty: any device
  minApi @1 :Int32;
  features @2 :List(Text); # all of them
  quickAppRuntime @3 :Bool;
  otherThanClass @4 :Text; # a device class that the app evaded
}

struct DeviceKind {
  deviceClass @0 :Text;    # emulator, phone, simulated
  api @1 :Int32;
}

struct Device {
  identity @0 :Text;       # ro.serialno
  kind @1 :DeviceKind;
  abis @2 :List(Text);
  features @3 :List(Text);
  quickAppRuntime @4 :Bool;
}

struct Listing {
  # What a store says of an app.
  id @0 :Int64;
  tenant @1 :Int64;
  subject @2 :Subject;
  place @3 :Place;
  store @4 :Text;
  package @5 :Text;
  versionName @6 :Text;
  versionCode @7 :Int64;
  label @8 :Text;
  developer @9 :Text;
  creditCode @10 :Text;
  filingNumber @11 :Text;
  region @12 :Text;
  category @13 :Text;
  categorySource @14 :Text;
  rank @15 :Int64;
  downloads @16 :Int64;
  releaseDate @17 :Text;   # YYYY-MM-DD
  permissions @18 :List(Permission);
  policyUrl @19 :Text;
  apkUrl @20 :Text;
  apkSha256 @21 :Text;     # hex, where the catalogue knows it
  apkBytes @22 :Int64;
  page @23 :Text;          # "whole:" or "part:" and the hash of the captured page; empty: none

  struct Permission {
    name @0 :Text;
    purpose @1 :Text;
  }
  enum Subject { app @0; quickApp @1; miniProgram @2; sdk @3; store @4; }
  enum Place { store @0; site @1; preset @2; }
}

enum Stage { queued @0; fetching @1; waiting @2; static @3; device @4; running @5; uploading @6; reporting @7; }
enum Depth { triage @0; lab @1; }
enum JobKind { sweep @0; confirmation @1; retest @2; }

struct Running {
  token @0 :Token;
  stage @1 :Stage;
  began @2 :Bool;          # answered `run`, the APK was touched
  fileSet @3 :Data;
}

# ---- worker to coordinator

struct FromWorkerTurn {
  # What a worker says in one breath, handled in this order: 1 to 256. A turn means what its messages mean, each for
  # itself; what ended goes before the ask, so that one commit answers both.
  messages @0 :List(FromWorker);
}
struct FromWorker {
  union {
    hello @0 :Hello;
    ask @1 :Ask;
    fetched @2 :Fetched;
    began @3 :Began;
    heartbeat @4 :Heartbeat;
    report @5 :Report;
    failure @6 :Failure;
    needsMore @7 :NeedsMore;
    bye @8 :Bye;
  }
}

struct Hello {
  # The first message, and again whenever the coordinator asks who this is: all that it must know after a start.
  protocol @0 :UInt32;
  worker @1 :Text;
  incarnation @2 :UInt64;  # random at each start of the worker
  epochSeen @3 :UInt64;    # the highest
  devices @4 :List(Device);
  running @5 :List(Running);
  spooled @6 :List(Spooled);  # at most 4,096, the oldest first
  scripted @7 :Bool;       # its runs are scripted or simulated
}
struct Spooled {
  token @0 :Token;
  fileSet @1 :Data;
  sequence @2 :UInt64;
}

struct Ask {
  # Sent again under the same number until a grant answers it. Numbers of one incarnation start at the incarnation.
  incarnation @0 :UInt64;
  request @1 :UInt64;
  leases @2 :UInt32;
  freeDevices @3 :List(Text);
}

struct Fetched {
  # After the fetch: may it run? Sent again until answered.
  token @0 :Token;
  fileSet @1 :Data;
  needs @2 :Needs;
}

struct Began {
  # The APK is touched next: with this (or the first heartbeat that says so) an attempt has begun.
  token @0 :Token;
}

struct Heartbeat {
  incarnation @0 :UInt64;
  sequence @1 :UInt64;
  running @2 :List(Running);
}

struct Report {
  # A complete run; its blobs lie at the address of the lease already. Sent again until answered.
  token @0 :Token;
  sequence @1 :UInt64;     # of the worker's spool
  again @2 :Bool;          # an earlier sending was not answered, or the worker has started anew since
  fileSet @3 :Data;
  device @4 :Device;
  depth @5 :Depth;
  blobs @6 :List(Blob);    # 1 to 512; the first is the journal
  hint @7 :Data;           # the worker's own verdict (verdict.capnp), at most 256 KiB: only a hint
  figures @8 :Figures;
  sdks @9 :SdkList;        # absent: nobody has looked
}
struct SdkList {
  # The SDKs of a package, by the worker's own catalogue: what others make of it is theirs to check.
  catalogue @0 :Text;      # its version, at most 64 bytes
  in @1 :List(Sdk);        # at most 512, each id once
  leftOut @2 :UInt32;      # found, and not in the list

  struct Sdk {
    id @0 :Text;           # at most 100 bytes
    version @1 :Text;      # at most 64 bytes; empty: the package does not tell
  }
}
struct Blob {
  name @0 :Text;           # letters, digits, '.', '_' and '-', at most 100, not beginning with '.'
  sha256 @1 :Data;
  bytes @2 :UInt64;
}
struct Figures {
  phaseMs @0 :List(Int64); # P0 to P12, host time
  commands @1 :Int64;
  bytesFromDevice @2 :Int64;
  bytesToDevice @3 :Int64;
  events @4 :Int64;
  eventsLost @5 :Int64;
  crashes @6 :Int64;
  anrs @7 :Int64;
  screens @8 :Int64;
  fetchMs @9 :Int64;
  deviceMs @10 :Int64;
}

struct Failure {
  # A token that ends without a run. Sent again until answered.
  token @0 :Token;
  sequence @1 :UInt64;
  kind @2 :Kind;
  reason @3 :Reason;
  detail @4 :Text;
  device @5 :Text;         # identity; empty: none was involved
  fileSet @6 :Data;

  enum Kind {
    app @0;                # a fact about the app
    device @1;             # try another
    infrastructure @2;     # try later
    evasion @3;            # the app refuses this class of device
  }
  enum Reason {
    other @0;
    diedInToken @1;        # the worker died while this token ran; said by its next life
    fetch @2;
    hash @3;               # not the file that the catalogue promises
    install @4;
    deviceLost @5;
    hygiene @6;
    timeout @7;
    diskFull @8;
    evaded @9;
    cancelled @10;
  }
}

struct NeedsMore {
  # No device of this worker fits: no failure. Sent again until answered.
  token @0 :Token;
  sequence @1 :UInt64;
  needs @2 :Needs;
}

struct Bye {
  incarnation @0 :UInt64;
}

# ---- coordinator to worker

struct ToWorkerTurn {
  # What is to be said to this worker now, in this order: 1 to 256.
  messages @0 :List(ToWorker);
}
struct ToWorker {
  epoch @0 :UInt64;
  union {
    welcome @1 :Welcome;
    grant @2 :Grant;
    fetchedAnswer @3 :FetchedAnswer;
    heartbeatAnswer @4 :HeartbeatAnswer;
    answer @5 :Answer;
    whoAreYou @6 :Void;    # say hello
    drain @7 :Void;        # ask for nothing more, finish, go
  }
}

struct Welcome {
  protocol @0 :UInt32;
  leaseMs @1 :Int64;
  heartbeatMs @2 :Int64;
  ended @3 :List(Token);   # of the leases named in the hello; at most 8,192
  evidenceBase @4 :Text;   # evidence of every token goes to this + "/" + the last segment of its address; empty: as it was given
}

struct Grant {
  request @0 :UInt64;      # the ask that it answers
  leases @1 :List(Offer);  # at most 64; none: nothing to do now, ask again after retryMs
  retryMs @2 :Int64;
}
struct Offer {
  token @0 :Token;
  kind @1 :JobKind;
  sweep @2 :Int64;
  shard @3 :UInt32;
  listing @4 :Listing;
  depth @5 :Depth;
  onlyRules @6 :List(Text);  # a confirmation or retest runs the phases of these alone; empty: all
  needs @7 :Needs;           # known from earlier tries
  notOnDevice @8 :Text;      # a confirmation: the identity that made the first run
  onKind @9 :DeviceKind;     # a confirmation: of the same kind; absent: any
  fileSet @10 :Data;         # known beforehand: this is `run` already
  evidenceAddress @11 :Text; # PUT blobs to this + "/" + name; good for this token only
  leaseMs @12 :Int64;        # counted from the sending of the ask
  avoidDevices @13 :List(Text);  # identities that must not run it
}

struct FetchedAnswer {
  token @0 :Token;
  answer @1 :FileSetAnswer;
}
enum FileSetAnswer {
  run @0;
  # after each of these the lease is over:
  reuse @1;                # an earlier run counts for this listing too
  wait @2;                 # a live lease runs this very file set; the job waits at the coordinator
  needsMore @3;            # needs more than this worker has
  ended @4;
}

struct HeartbeatAnswer {
  sequence @0 :UInt64;
  ended @1 :List(Token);   # of the leases named in the heartbeat: over. What is spooled stays until its own answer
}

struct Answer {
  # To a Report, Failure or NeedsMore. A spool entry goes only after `acknowledged` and `ended`.
  token @0 :Token;
  sequence @1 :UInt64;
  answer @2 :ReportAnswer;
}
enum ReportAnswer {
  acknowledged @0;         # committed
  ended @1;                # the job has another end
  evidenceMissing @2;      # put the blobs again, then send again
  notLeader @3;            # send again later
}

@0xd8f2a6c41b93e570;
# A verdict as the store keeps it (packed). Enumerations are numbers of common/model/verdict.h: append only.
using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("storesweep::format");

struct Verdict {
  version @0 :UInt32;      # 1
  packVersion @1 :Text;
  judgeVersion @2 :Text;
  simulated @3 :Bool;
  clockRatePermille @4 :Int64;
  subject @5 :UInt8;
  deviceClass @6 :Text;
  api @7 :Int32;
  depth @8 :UInt8;
  runs @9 :UInt32;
  rows @10 :List(Row);     # ten
  items @11 :List(Item);
  findings @12 :List(Finding);
  confirmRules @13 :List(Text);
  coverage @14 :Coverage;
  exercised @15 :Bool;
  hindrances @16 :List(UInt8);
  otherClassWanted @17 :Bool;
  lookUps @18 :LookUps;
}
struct LookUps {
  walked @0 :Bool;
  pages @1 :Int64;
  loginWall @2 :Bool;
  places @3 :List(PlaceFound);
  conditions @4 :List(Text);
}
struct PlaceFound {
  sought @0 :UInt8;
  label @1 :Text;
  taps @2 :Int32;
  evidence @3 :Evidence;
}
struct Row {
  level @0 :UInt8;
  items @1 :UInt16;
  itemsJudged @2 :UInt16;
  reasons @3 :List(UInt8);
}
struct Item {
  rule @0 :Text;
  level @1 :UInt8;
  reasons @2 :List(UInt8);
}
struct Finding {
  rule @0 :Text;
  clause @1 :Text;
  edition @2 :Text;
  level @3 :UInt8;
  phase @4 :UInt8;
  deviceMs @5 :Int64;
  what @6 :Text;
  values @7 :List(Value);
  missing @8 :List(UInt8);
  evidence @9 :List(Evidence);
  lastAction @10 :Text;
}
struct Value {
  key @0 :Text;
  value @1 :Text;
}
struct Evidence {
  journal @0 :Data;
  record @1 :UInt64;
  excerpt @2 :Text;
}
struct Coverage {
  phaseDeviceMs @0 :List(Int64);
  phaseRun @1 :List(Bool);
  screens @2 :Int64;
  linesUnknown @3 :Int64;
  recordsLost @4 :Int64;
  observers @5 :List(Text);
}

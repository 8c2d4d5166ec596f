// Any bytes through one parser of a device's text (FUZZ_KIND) and out as JSON.
#include <cstdint>
#include <cstdlib>

#include "common/android/describe.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const bool archive = text.starts_with("PK\x03\x04") || text.starts_with("\x1F\x8B");  // refused as such
  if (storesweep::android::describe_text(FUZZ_KIND, text).ok() == archive) std::abort();
  return 0;
}

std::vector<std::string> fuzz_seeds() {
  return {
      "Current AppOps Service state:\n  Uid u0a1:\n    state=top\n    Package com.a:\n      FINE_LOCATION "
      "(allow / switch A=allow):\n"
      "        null=[\n          Access: [fg-s] 2021-01-11 16:01:05.086 (-1h5s) duration=+1s proxy[uid=1, "
      "pkg=b]\n        ]\n"
      "          Reject: top   = 2019-08-15 14:35:08.481 (-2s)\n                  cch   = 2019-08-15 "
      "14:35:08.481 (-3s)\n"
      "      CAMERA: mode=0; time=+1h2m ago; rejectTime=+3s ago; duration=+4s (running)\n",
      "08-14 21:22:27.979  1000  1867  1883 I am_proc_start: [0,19,10057,com.a,service,com.a/.S]\n"
      "08-14 21:22:27.979  1867  1883 I am_kill : [0,5,com.a,0,stop, now]\n[ 11-23 20:31:24.024  6312: 6326 "
      "I/am_crash ]\n[1,0,a,b]\n"
      "11-23 20:27:15.444  1382  3436 I ActivityManager: START u0 {act=a cmp=com.b/.M} from uid 10147\n"
      "07-16 17:12:01.275  50  50 E AndroidRuntime: FATAL EXCEPTION: main\nE/AndroidRuntime( 50): Process: "
      "com.n, PID: 50\n",
      "Packages:\n  Package [com.a] (1):\n    userId=10001\n    versionCode=1 minSdk=2 targetSdk=3\n    "
      "requested permissions:\n      a.B\n"
      "    User 0: installed=true stopped=false\n      runtime permissions:\n        a.B: granted=true, "
      "flags=[ X|Y ]\nShared users:\n",
      "package:/data/a==/base.apk=com.x installer=b uid:1\nfeature:x=1\n[a]: [b\nc]\nk=v\n v\n",
      "  *APP* UID 1 ProcessRecord{a 2:com.a/u0a1}\n    packageList={a, b}\n    Proc # 1: fore  T/A/TOP  "
      "trm: 0 2:com.a/u0a1 (top)\n"
      "USER PID PPID PC NAME\nu0_a1 2 1 b6 S com.a\n  mResumedActivity: ActivityRecord{2 u0 com.a/.B t1}\n"
      "  * Recent #0: TaskRecord{c #12 A=com.a U=0}\n  * ServiceRecord{4 u0 com.a/.S}\n    "
      "app=ProcessRecord{1 2:a/u0a1}\n"
      "    BroadcastRecord{1 u-1 a.X} to user -1\n    caller=a null pid=-1 uid=1000\n    Deliver #0: "
      "ResolveInfo{1 a/.R m=1}\n",
      "UID stats:\n  ident=[{type=1, wifiNetworkKey=\"B\"}] uid=1 set=ALL tag=0x0\n      st=1 rb=2 rp=3 tb=4 "
      "tp=5 op=0\n"
      "user=0\n    time=\"x\" type=A package=b\n      UpdateRecord[gps com.a(1 foreground) Request[x]]\n  "
      "gps provider:\n    listeners:\n"
      "      1/com.b[t]/1 Request[x]\n    NotificationRecord(0x1: pkg=a user=UserHandle{0} importance=2)\n",
      "    RTC #0: Alarm{2 type 1 com.a}\n      repeatInterval=1800000\n  JOB #u0a8/12: b com.a/.J\n    "
      "Source: uid=1 pkg=c\n"
      "  level: 1\n  mWakefulness=Awake\n  PARTIAL_WAKE_LOCK 'A' (uid=1, pid=2)\n",
      "DUMP OF SERVICE CRITICAL x:\n------ EVENT LOG (logcat -b events) ------\nI( 1382) [0,1]  (am_kill)\n"
      "\x1b[1m 812.444123  1382  3436 I am_crash: [77,0,a,1,b,c, d,e.java,1]\x1b[0m\nACTIVITY MANAGER X "
      "(dumpsys "
      "activity broadcasts)\n"
      "  BroadcastRecord{1 a.X/u-1} to user -1\n  DELIVERED (0) #0: (manifest)\n    name=c.D\n    "
      "packageName=c\nProcess: com.n, PID: 50\n"
      "java.lang.Error: x\n\tat a.B.c(D.java:1)\n$ adb shell x\n* daemon started successfully\n",
      "ACTIVITY MANAGER PROCESS EXIT INFO (dumpsys activity exit-info)\n  package: com.a\n    Historical "
      "Process "
      "Exit for uid=10001\n        ApplicationExitInfo #0:\n          timestamp=2026-01-02 03:04:05.678 "
      "pid=2 "
      "realUid=10001 packageUid=10001 definingUid=10001 user=0\n          process=com.a reason=4 (APP "
      "CRASH(EXCEPTION)) subreason=0 (UNKNOWN) status=0\n          importance=100 pss=1.5MB rss=0.00 "
      "description=a\nb state=4 bytes trace=null\n",
      "Sensor List:\n0x00000001) Accel | V | ver: 1\n2 active connections\nConnection Number: 0 "
      "\n\tOperating Mode: "
      "NORMAL\n\t com.a.B | WakeLockRefCount 0 | uid 10001 | cache size 0 | has sensor access: true\n\t "
      "Accel "
      "0x00000001 | status: active | pending flush events 0 \n1 open direct connections\nDirect connection "
      "0:\n\tcom.a "
      "| HAL channel handle 1 | uid 10001 | pid 2\n\tActivated sensor count: 1\n\t\tAccel 0x00000001 | rate "
      "2\n"
      "Previous Registrations:\n01:02:03 + 0x00000001 pid=    2 uid=10001 package=com.a.B "
      "samplingPeriod=66667us "
      "batchingPeriod=0us\n01:02:03 - 0x00000001 pid=    2 uid=10001 samplingPeriod=  N/A  us "
      "batchingPeriod=  N/A  us "
      "result=OK (sensor, package): (Accel   , com.a.B)\n    Final Duration: 00:00:01\n",
      "Failure [INSTALL_FAILED_X: y]\nSuccess\nStarting: Intent { }\nTotalTime: 1\n:Monkey: seed=1 "
      "count=2\n:Sending Touch x\n"};
}

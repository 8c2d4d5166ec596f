"""The closed vocabulary of schemas/BEHAVIOUR.md as a table: what each call takes and which Android API it stands for.

One row a call: its arguments in the order in which the code passes them (name, type; a `?` may be left out), the
argument that the short form `- call: VALUE` gives, and the APIs that must stand in the dex of an app that makes it,
written as dexdump prints them.
"""
from collections import namedtuple

Call = namedtuple("Call", "args main apis")


def _call(args="", main=None, apis=()):
    pairs = [tuple(a.split(":")) for a in args.split()]
    if main is None and pairs:
        main = pairs[0][0].rstrip("?")
    return Call(pairs, main, apis if isinstance(apis, tuple) else (apis,))


_QUERY = "Landroid/content/ContentResolver;.query"
_START_ACTIVITY = "Landroid/app/Activity;.startActivity"

CALLS = {
    # screen and process
    "show": _call("screen:screen", apis=("Landroid/app/Activity;.setContentView|MainActivity;.setContentView|FormDialog;.show",)),
    "dismiss": _call(apis="Landroid/app/Dialog;.dismiss"),
    "back": _call(apis="Screens;.back"),
    "finish": _call(apis="Landroid/app/Activity;.finish"),
    "to_background": _call(apis="Landroid/app/Activity;.moveTaskToBack"),
    "exit": _call(apis="Ljava/lang/System;.exit"),
    "kill": _call(apis="Landroid/os/Process;.killProcess"),
    "crash": _call("text:text", apis="Ljava/lang/RuntimeException;.<init>"),
    "toast": _call("text:text", apis="Landroid/widget/Toast;.makeText"),
    "busy": _call("for_ms:ms", apis="Landroid/widget/TextView;.setText"),
    "open_url": _call("url:text", apis=_START_ACTIVITY),
    "open_settings": _call("page:text", apis=_START_ACTIVITY),
    "start_activity": _call("package?:package component?:component", apis="Landroid/content/Context;.startActivity"),
    "send_broadcast": _call("action:text package?:package", apis="Landroid/content/Context;.sendBroadcast"),
    "log": _call("text:text", apis="Landroid/util/Log;.i"),
    # memory and order
    "set": _call("pref:name value:text", apis="Landroid/content/SharedPreferences$Editor;.putString"),
    "count": _call("pref:name", apis="Landroid/content/SharedPreferences$Editor;.putString"),
    "stamp": _call("pref:name", apis="Ljava/lang/System;.currentTimeMillis"),
    "run": _call("list:list"),
    # permissions
    "request_permissions": _call("permissions:permissions", apis="Landroid/app/Activity;.requestPermissions"),
    # reading
    "read_clipboard": _call(apis="Landroid/content/ClipboardManager;.getPrimaryClip"),
    "query_usage_stats": _call(apis="Landroid/app/usage/UsageStatsManager;.queryUsageStats"),
    "read_location": _call(apis="Landroid/location/LocationManager;.getLastKnownLocation"),
    "open_camera": _call(apis="Landroid/hardware/Camera;.open"),
    "record_audio": _call(apis="Landroid/media/AudioRecord;.startRecording"),
    "read_contacts": _call(apis=_QUERY),
    "read_calendar": _call(apis=_QUERY),
    "read_call_log": _call(apis=_QUERY),
    "read_sms": _call(apis=_QUERY),
    "read_imei": _call(apis="Landroid/telephony/TelephonyManager;.getDeviceId"),
    "read_android_id": _call(apis="Landroid/provider/Settings$Secure;.getString"),
    "read_mac": _call(apis="Ljava/net/NetworkInterface;.getHardwareAddress"),
    "list_apps": _call(apis="Landroid/content/pm/PackageManager;.getInstalledPackages"),
    # sending
    "send": _call("url:text body:text trust?:text", apis=("Ljava/net/URL;.openConnection", "Ljava/net/HttpURLConnection;.connect")),
    # notifications, services, wake-ups
    "create_notification_channel": _call("channel:text text:text", apis="Landroid/app/NotificationManager;.createNotificationChannel"),
    "post_notification": _call("channel:text text:text", apis="Landroid/app/NotificationManager;.notify"),
    "start_service": _call("service:service", apis="Landroid/content/Context;.startService"),
    "start_foreground_service": _call("service:service", apis="Landroid/content/Context;.startForegroundService"),
    "stop_service": _call("service:service", apis="Landroid/content/Context;.stopService"),
    "register_receiver": _call("receiver:receiver", apis="Landroid/content/Context;.registerReceiver"),
    "schedule_alarm": _call("alarm:alarm in_ms:ms repeat_ms?:ms exact?:bool",
                            apis=("Landroid/app/AlarmManager;.set|Landroid/app/AlarmManager;.setRepeating|Landroid/app/AlarmManager;.setExact",)),
    "cancel_alarm": _call("alarm:alarm", apis="Landroid/app/AlarmManager;.cancel"),
    "schedule_job": _call("job:job period_ms?:ms in_ms?:ms persisted?:bool", apis="Landroid/app/job/JobScheduler;.schedule"),
}

# What any call may carry besides its arguments.
TIMING = {"after_ms": "ms", "every_ms": "ms", "times": "count"}
# Of a reading call: the class that makes it, as an SDK's would.
BY = {"by": "class"}
READING = ("read_", "list_", "query_")
CONDITIONS = {"prefs": "values", "not_prefs": "values", "older": "ages", "granted": "permissions", "not_granted": "permissions",
              "checked": "names", "unchecked": "names", "min_api": "api", "max_api": "api"}

VIEW_KINDS = ("text", "button", "check", "link", "image", "web", "input")
VIEW = {"kind": "kind", "id": "name", "text": "text", "checked?": "bool", "row?": "name", "tap?": "calls"}
SCREEN = {"dialog?": "bool", "drawn?": "bool", "title?": "text", "back?": "calls", "views": "views"}
RECEIVER = {"actions": "texts", "in": "where", "process?": "process", "calls": "calls"}
SERVICE = {"sticky?": "bool", "foreground?": "bool", "process?": "process", "create?": "calls", "start?": "calls",
           "task_removed?": "calls"}
ANSWER = {"granted?": "calls", "denied?": "calls"}
BEHAVIOUR = {"start?": "calls", "launch?": "calls", "resume?": "calls", "background?": "calls",
             "screens?": "screen*", "permission_result?": "answer*", "receivers?": "receiver*",
             "services?": "service*", "alarms?": "calls*", "jobs?": "calls*", "lists?": "calls*"}
SHAPES = {"screen": SCREEN, "answer": ANSWER, "receiver": RECEIVER, "service": SERVICE}

MAX_TEXT, MAX_ANY, MAX_CALLS, MAX_MS, MAX_HOURS, MAX_FILE = 4096, 64, 1024, 86_400_000, 1000, 256 * 1024

NAME = r"[a-z][a-z0-9_]{0,31}"
PACKAGE = r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)+"
PROCESS = r":[a-z][a-z0-9_]{0,31}"
PERMISSION = r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)+"

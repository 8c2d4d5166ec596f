#include "common/rules/permission_groups.h"

#include <algorithm>

#include "common/base/text.h"

namespace storesweep {
namespace {
struct Member {
  std::string_view permission, group;
};
constexpr std::string_view kPrefix = "android.permission.";
// Without "android.permission.".
constexpr Member kMembers[] = {
    {"READ_CONTACTS", "CONTACTS"},
    {"WRITE_CONTACTS", "CONTACTS"},
    {"GET_ACCOUNTS", "CONTACTS"},
    {"READ_CALENDAR", "CALENDAR"},
    {"WRITE_CALENDAR", "CALENDAR"},
    {"SEND_SMS", "SMS"},
    {"RECEIVE_SMS", "SMS"},
    {"READ_SMS", "SMS"},
    {"RECEIVE_WAP_PUSH", "SMS"},
    {"RECEIVE_MMS", "SMS"},
    {"READ_CELL_BROADCASTS", "SMS"},
    {"READ_EXTERNAL_STORAGE", "STORAGE"},
    {"WRITE_EXTERNAL_STORAGE", "STORAGE"},
    {"ACCESS_MEDIA_LOCATION", "STORAGE"},
    {"READ_MEDIA_AUDIO", "STORAGE"},
    {"READ_MEDIA_IMAGES", "STORAGE"},
    {"READ_MEDIA_VIDEO", "STORAGE"},
    {"READ_MEDIA_VISUAL_USER_SELECTED", "STORAGE"},
    {"ACCESS_FINE_LOCATION", "LOCATION"},
    {"ACCESS_COARSE_LOCATION", "LOCATION"},
    {"ACCESS_BACKGROUND_LOCATION", "LOCATION"},
    {"READ_CALL_LOG", "CALL_LOG"},
    {"WRITE_CALL_LOG", "CALL_LOG"},
    {"PROCESS_OUTGOING_CALLS", "CALL_LOG"},
    {"READ_PHONE_STATE", "PHONE"},
    {"READ_PHONE_NUMBERS", "PHONE"},
    {"CALL_PHONE", "PHONE"},
    {"ADD_VOICEMAIL", "PHONE"},
    {"USE_SIP", "PHONE"},
    {"ANSWER_PHONE_CALLS", "PHONE"},
    {"ACCEPT_HANDOVER", "PHONE"},
    {"RECORD_AUDIO", "MICROPHONE"},
    {"ACTIVITY_RECOGNITION", "ACTIVITY_RECOGNITION"},
    {"CAMERA", "CAMERA"},
    {"BODY_SENSORS", "SENSORS"},
    {"BODY_SENSORS_BACKGROUND", "SENSORS"},
    {"BLUETOOTH_SCAN", "NEARBY_DEVICES"},
    {"BLUETOOTH_CONNECT", "NEARBY_DEVICES"},
    {"BLUETOOTH_ADVERTISE", "NEARBY_DEVICES"},
    {"UWB_RANGING", "NEARBY_DEVICES"},
    {"NEARBY_WIFI_DEVICES", "NEARBY_DEVICES"},
    {"POST_NOTIFICATIONS", "NOTIFICATIONS"},
};
constexpr Member kWords[] = {
    {"相机", "CAMERA"},
    {"摄像", "CAMERA"},
    {"拍照", "CAMERA"},
    {"拍摄", "CAMERA"},
    {"麦克风", "MICROPHONE"},
    {"录音", "MICROPHONE"},
    {"位置", "LOCATION"},
    {"定位", "LOCATION"},
    {"存储", "STORAGE"},
    {"相册", "STORAGE"},
    {"媒体", "STORAGE"},
    {"照片", "STORAGE"},
    {"SD卡", "STORAGE"},
    {"手机状态", "PHONE"},
    {"电话", "PHONE"},
    {"设备信息", "PHONE"},
    {"通话记录", "CALL_LOG"},
    {"通讯录", "CONTACTS"},
    {"联系人", "CONTACTS"},
    {"短信", "SMS"},
    {"日历", "CALENDAR"},
    {"日程", "CALENDAR"},
    {"传感器", "SENSORS"},
    {"健身", "ACTIVITY_RECOGNITION"},
    {"身体活动", "ACTIVITY_RECOGNITION"},
    {"蓝牙", "NEARBY_DEVICES"},
    {"附近", "NEARBY_DEVICES"},
    {"通知", "NOTIFICATIONS"},
};
}  // namespace

std::string_view permission_group(std::string_view permission) {
  if (!starts_with(permission, kPrefix)) return "";
  permission.remove_prefix(kPrefix.size());
  for (const Member& m : kMembers) {
    if (m.permission == permission) return m.group;
  }
  return "";
}

std::vector<std::string_view> groups_named(std::string_view words) {
  std::vector<std::string_view> out;
  if (std::string_view own = permission_group(words); !own.empty()) out.push_back(own);
  for (const Member& w : kWords) {
    if (words.find(w.permission) != std::string_view::npos && std::ranges::find(out, w.group) == out.end()) {
      out.push_back(w.group);
    }
  }
  return out;
}

}  // namespace storesweep

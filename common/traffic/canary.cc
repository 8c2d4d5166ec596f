#include "common/traffic/canary.h"

#include <array>
#include <cstdio>
#include <utility>

#include "common/traffic/draw.h"

namespace storesweep::traffic {
namespace {
using Keys = std::vector<std::string>;
using Strings = std::vector<std::string_view>;

// Crockford's base 32: nothing that people or OCR confuse.
constexpr std::string_view kCode = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::string_view kLower = "abcdefghijklmnopqrstuvwxyz";
// Blocks of IEEE registry for makers of phones and routers sold in China.
constexpr std::array<std::string_view, 8> kMakers = {"00:9a:cd", "04:cf:8c", "28:6c:07", "48:2c:a0",
                                                     "64:cc:2e", "9c:2e:a1", "ac:c1:ee", "f4:8e:92"};
// Number segments of the three operators (MIIT's numbering plan).
constexpr std::array<std::string_view, 24> kSegments = {
    "133", "135", "136", "137", "138", "139", "150", "151", "152", "155", "156", "157",
    "158", "159", "176", "177", "178", "180", "182", "185", "186", "187", "188", "189"};
constexpr std::array<std::string_view, 16> kSurnames = {"王", "李", "张", "刘", "陈", "杨", "黄", "赵",
                                                        "吴", "周", "徐", "孙", "马", "朱", "胡", "郭"};
constexpr std::array<std::string_view, 32> kGiven = {
    "伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "军", "洋", "勇", "艳", "杰", "娟", "涛", "明",
    "超", "秀", "霞", "平", "刚", "桂", "英", "华", "文", "辉", "玲", "红", "建", "国", "思", "远"};
constexpr std::array<std::string_view, 4> kMailHosts = {"163.com", "126.com", "qq.com", "sina.com"};

Canary finished(Canary c, const Draw& draw) {
  c.bits = draw.bits();
  return c;
}

Canary imei(std::uint64_t seed) {
  Draw draw(seed, "imei");
  // 86 is the reporting body of mainland China; 03 to 06 are the series it has given out lately.
  std::string body = "860" + std::to_string(3 + draw.below(4)) + draw.digits(10);
  body += luhn_digit(body);
  return finished({.name = "imei",
                   .kind = "imei",
                   .shape = Shape::kDigits,
                   .value = body,
                   .keys = {"imei", "deviceid", "did", "meid", "imeimd5", "imeisha1"},
                   .check_digit = true},
                  draw);
}

Canary imsi(std::uint64_t seed) {
  Draw draw(seed, "imsi");
  constexpr std::array<std::string_view, 6> kNetworks = {"00", "01", "02", "07", "11", "15"};
  const std::string value = "460" + std::string(draw.one_of(kNetworks)) + draw.digits(10);
  return finished({.name = "imsi",
                   .kind = "imsi",
                   .shape = Shape::kDigits,
                   .value = value,
                   .keys = {"imsi", "subscriberid", "simid"}},
                  draw);
}

Canary iccid(std::uint64_t seed) {
  Draw draw(seed, "iccid");
  constexpr std::array<std::string_view, 4> kIssuers = {"00", "01", "03", "07"};
  std::string body = "8986" + std::string(draw.one_of(kIssuers)) + draw.digits(13);
  body += luhn_digit(body);
  return finished({.name = "iccid",
                   .kind = "iccid",
                   .shape = Shape::kDigits,
                   .value = body,
                   .keys = {"iccid", "simserial", "simserialnumber", "simsn"},
                   .check_digit = true},
                  draw);
}

Canary phone(std::uint64_t seed, const std::string& name, const std::string& kind, Keys keys) {
  Draw draw(seed, name);
  const std::string value = std::string(draw.one_of(kSegments)) + draw.digits(8);
  return finished(
      {.name = name, .kind = kind, .shape = Shape::kPhone, .value = value, .keys = std::move(keys)}, draw);
}

Canary mac(std::uint64_t seed, const std::string& name, const std::string& kind, Keys keys) {
  Draw draw(seed, name);
  std::string value(draw.one_of(kMakers));
  for (int i = 0; i < 3; ++i) value += ":" + draw.hex(2);
  return finished({.name = name, .kind = kind, .shape = Shape::kMac, .value = value, .keys = std::move(keys)},
                  draw);
}

Canary uuid(std::uint64_t seed, const std::string& name, Keys keys) {
  Draw draw(seed, name);
  std::string value = draw.hex(8) + "-" + draw.hex(4) + "-4" + draw.hex(3) + "-" + draw.letters("89ab", 1);
  value += draw.hex(3) + "-" + draw.hex(12);
  return finished(
      {.name = name, .kind = name, .shape = Shape::kUuid, .value = value, .keys = std::move(keys)}, draw);
}

Canary hex(std::uint64_t seed, const std::string& name, const std::string& kind, std::size_t digits,
           Keys keys) {
  Draw draw(seed, name);
  const std::string value = draw.letters("123456789abcdef", 1) + draw.hex(digits - 1);
  return finished({.name = name, .kind = kind, .shape = Shape::kHex, .value = value, .keys = std::move(keys)},
                  draw);
}

// before + n letters + after, all ASCII.
Canary token(std::uint64_t seed, const std::string& name, const std::string& kind, const std::string& before,
             std::string_view alphabet, std::size_t n, const std::string& after, Keys keys) {
  Draw draw(seed, name);
  const std::string code = draw.letters(alphabet, n);
  const std::string value = before + code + after;
  return finished({.name = name,
                   .kind = kind,
                   .shape = Shape::kToken,
                   .value = value,
                   .core = value == code ? "" : code,
                   .core_bits = draw.bits(),
                   .keys = std::move(keys)},
                  draw);
}

Canary mail(std::uint64_t seed, const std::string& name, Keys keys) {
  Draw draw(seed, name);
  const std::string local = draw.letters(kLower, 15);
  const double core_bits = draw.bits();
  return finished({.name = name,
                   .kind = "contacts",
                   .shape = Shape::kToken,
                   .value = local + "@" + std::string(draw.one_of(kMailHosts)),
                   .core = local,
                   .core_bits = core_bits,
                   .keys = std::move(keys)},
                  draw);
}

Canary ssid(std::uint64_t seed) {
  Canary c = token(seed, "ssid", "wifi", "HUAWEI-", kCode, 14, "", {"ssid", "wifiname"});
  c.shape = Shape::kSsid;
  return c;
}

// What people write, the code at its end: "before XXXXX-XXXXX-XXXXX".
Canary text(std::uint64_t seed, const std::string& name, const std::string& kind, const std::string& before,
            Keys keys) {
  Draw draw(seed, name);
  const std::string code =
      draw.letters(kCode, 5) + "-" + draw.letters(kCode, 5) + "-" + draw.letters(kCode, 5);
  return finished({.name = name,
                   .kind = kind,
                   .shape = Shape::kText,
                   .value = before + code,
                   .core = code,
                   .core_bits = draw.bits(),
                   .keys = std::move(keys)},
                  draw);
}

// A neighbour as an address book has him: name, building, entrance, flat.
Canary person(std::uint64_t seed, const std::string& name) {
  Draw draw(seed, name);
  std::string value(draw.one_of(kSurnames));
  value += draw.one_of(kGiven);
  value += draw.one_of(kGiven);
  value += " " + std::to_string(1 + draw.below(60)) + "栋" + std::to_string(1 + draw.below(6)) + "单元";
  value += std::to_string(101 + draw.below(3000)) + "室";
  return finished({.name = name,
                   .kind = "contacts",
                   .shape = Shape::kText,
                   .value = value,
                   .keys = {"name", "contact", "nickname", "displayname", "remark"}},
                  draw);
}

// Inland, where every map of China shifts coordinates. Seven decimals, as the platform's own providers give.
Canary place(std::uint64_t seed, const std::string& name) {
  Draw draw(seed, name);
  constexpr std::uint64_t kSpan = 180'000'000;
  const double latitude = static_cast<double>(240'000'000 + draw.below(kSpan)) / 1e7;
  const double longitude = static_cast<double>(1'000'000'000 + draw.below(kSpan)) / 1e7;
  std::array<char, 64> both{};
  std::snprintf(both.data(), both.size(), "%.7f,%.7f", latitude, longitude);
  return finished(
      {.name = name,
       .kind = "location",
       .shape = Shape::kPlace,
       .value = both.data(),
       .keys = {"lat", "latitude", "lng", "lon", "long", "longitude", "location", "loc", "gps", "coord",
                "coords", "coordinate", "coordinates", "position", "point", "geo", "latlng", "lnglat"},
       .latitude = latitude,
       .longitude = longitude},
      draw);
}

const Keys& number_keys() {
  static const Keys kKeys = {"phone",  "mobile",      "number",  "tel",
                             "msisdn", "phonenumber", "address", "line1number"};
  return kKeys;
}
const Keys& text_keys() {
  static const Keys kKeys = {"text", "body", "content", "title", "message"};
  return kKeys;
}

void add_device(std::uint64_t seed, std::vector<Canary>& all) {
  all.push_back(imei(seed));
  all.push_back(imsi(seed));
  all.push_back(iccid(seed));
  all.push_back(phone(seed, "own_number", "own_number", number_keys()));
  all.push_back(
      token(seed, "serial", "serial", "", kCode, 16, "", {"serial", "serialno", "sn", "serialnumber"}));
  all.push_back(hex(seed, "android_id", "android_id", 16, {"androidid", "aid", "ssaid"}));
  all.push_back(uuid(seed, "oaid", {"oaid"}));
  all.push_back(uuid(seed, "gaid", {"gaid", "adid", "aaid", "advertisingid", "idfa"}));
  all.push_back(mac(seed, "wifi_mac", "mac", {"mac", "wifimac", "macaddress", "macaddr", "hwaddr"}));
  all.push_back(mac(seed, "bluetooth_mac", "mac", {"mac", "btmac", "bluetooth", "macaddress", "btaddr"}));
  all.push_back(ssid(seed));
  all.push_back(mac(seed, "bssid", "wifi", {"bssid", "apmac", "routermac", "mac"}));
  all.push_back(place(seed, "location"));
}

void add_people(std::uint64_t seed, std::vector<Canary>& all) {
  for (const char* n : {"1", "2"}) {
    const std::string contact = std::string("contact_") + n;
    all.push_back(person(seed, contact + "_name"));
    all.push_back(phone(seed, contact + "_number", "contacts", number_keys()));
    all.push_back(mail(seed, contact + "_mail", {"mail", "email"}));
  }
  all.push_back(mail(seed, "account", {"account", "mail", "email", "user", "username"}));
  all.push_back(phone(seed, "call_number", "call_log", number_keys()));
  all.push_back(phone(seed, "sms_number", "sms", number_keys()));
  all.push_back(text(seed, "sms_text", "sms", "【菜鸟驿站】您的包裹已到店，取件码 ", text_keys()));
  all.push_back(text(seed, "calendar_title", "calendar", "复诊预约 单号 ", text_keys()));
}

void add_content(std::uint64_t seed, std::vector<Canary>& all) {
  all.push_back(text(seed, "clipboard", "clipboard", "复制打开 领取口令 ", text_keys()));
  all.push_back(text(seed, "file_text", "files", "租房合同 编号 ", text_keys()));
  all.push_back(token(seed, "file_name", "files", "scan_", kLower, 16, ".pdf", {"file", "filename", "path"}));
  all.push_back(hex(seed, "photo_id", "files", 32, {"imageuniqueid", "photoid"}));
  all.push_back(place(seed, "photo_place"));
  all.push_back(
      token(seed, "app_package", "app_list", "com.wanjia.", kLower, 16, "", {"package", "pkg", "apps"}));
}
}  // namespace

char luhn_digit(std::string_view digits) {
  int sum = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    int d = digits[digits.size() - 1 - i] - '0';
    if (i % 2 == 0) d = d * 2 > 9 ? d * 2 - 9 : d * 2;
    sum += d;
  }
  return static_cast<char>('0' + (10 - sum % 10) % 10);
}

std::vector<Canary> canaries_of(std::uint64_t seed) {
  std::vector<Canary> all;
  add_device(seed, all);
  add_people(seed, all);
  add_content(seed, all);
  return all;
}

}  // namespace storesweep::traffic

#include "worker/apk/res_config.h"

#include <algorithm>
#include <cctype>

#include "common/base/text.h"
#include "worker/apk/protobuf.h"
#include "worker/apk/res_locale.h"

namespace storesweep::apk {
namespace {
constexpr std::uint8_t kLayoutDirection = 0xc0, kScreenSize = 0x0f, kScreenLong = 0x30, kSizeNormal = 2,
                       kScreenRound = 0x03, kUiType = 0x0f, kUiNight = 0x30, kKeysHidden = 0x03,
                       kNavHidden = 0x0c, kKeysExposed = 1, kKeysSoft = 3, kHdr = 0x0c, kWideGamut = 0x03;
constexpr int kMediumDensity = 160;

// Two letters as they are; a packed code of three letters (digits for regions) unpacked.
std::string unpacked(std::array<char, 2> in, char base) {
  auto a = static_cast<unsigned char>(in[0]), b = static_cast<unsigned char>(in[1]);
  if ((a & 0x80) != 0) {
    return {static_cast<char>((b & 0x1f) + base), static_cast<char>((b >> 5) + ((a & 0x03) << 3) + base),
            static_cast<char>((a >> 2 & 0x1f) + base)};
  }
  return a == 0 ? "" : std::string{in[0], in[1]};
}

std::array<char, 2> packed(std::string_view in, char base) {
  if (in.size() != 3) return {in.empty() ? '\0' : in[0], in.size() < 2 ? '\0' : in[1]};
  auto a = static_cast<unsigned>(in[0] - base) & 0x1f, b = static_cast<unsigned>(in[1] - base) & 0x1f,
       c = static_cast<unsigned>(in[2] - base) & 0x1f;
  return {static_cast<char>(0x80 | c << 2 | b >> 3), static_cast<char>((b & 0x07) << 5 | a)};
}

template <std::size_t N>
std::string_view view(const std::array<char, N>& in) {
  std::string_view all(in.data(), N);
  return all.substr(0, all.find('\0'));
}

std::string language_of(const ResConfig& c) { return unpacked(c.language, 'a'); }
std::string region_of(const ResConfig& c) { return unpacked(c.region, '0'); }
std::string script_of(const ResConfig& c) {
  if (c.script[0] != 0) return std::string(view(c.script));
  return std::string(likely_script(language_of(c), region_of(c)));
}

bool same_or_any(int mine, int theirs) { return mine == 0 || mine == theirs; }

bool locale_matches(const ResConfig& mine, const ResConfig& device) {
  if (!mine.has_locale()) return true;
  return mine.language == device.language && script_of(mine) == script_of(device);
}

bool screen_matches(const ResConfig& mine, const ResConfig& device) {
  return same_or_any(mine.screen_layout & kLayoutDirection, device.screen_layout & kLayoutDirection) &&
         (mine.screen_layout & kScreenSize) <= (device.screen_layout & kScreenSize) &&
         same_or_any(mine.screen_layout & kScreenLong, device.screen_layout & kScreenLong) &&
         same_or_any(mine.ui_mode & kUiType, device.ui_mode & kUiType) &&
         same_or_any(mine.ui_mode & kUiNight, device.ui_mode & kUiNight) &&
         mine.smallest_width_dp <= device.smallest_width_dp &&
         same_or_any(mine.screen_layout2 & kScreenRound, device.screen_layout2 & kScreenRound) &&
         same_or_any(mine.color_mode & kHdr, device.color_mode & kHdr) &&
         same_or_any(mine.color_mode & kWideGamut, device.color_mode & kWideGamut) &&
         mine.width_dp <= device.width_dp && mine.height_dp <= device.height_dp &&
         same_or_any(mine.orientation, device.orientation) &&
         same_or_any(mine.touchscreen, device.touchscreen) && mine.screen_width <= device.screen_width &&
         mine.screen_height <= device.screen_height;
}

bool input_matches(const ResConfig& mine, const ResConfig& device) {
  int keys = mine.input_flags & kKeysHidden, device_keys = device.input_flags & kKeysHidden;
  if (!same_or_any(keys, device_keys) && (keys != kKeysExposed || device_keys != kKeysSoft)) return false;
  return same_or_any(mine.input_flags & kNavHidden, device.input_flags & kNavHidden) &&
         same_or_any(mine.keyboard, device.keyboard) && same_or_any(mine.navigation, device.navigation);
}

bool locale_better(const ResConfig& a, const ResConfig& b, const ResConfig& device) {
  if (!device.has_locale() || (!a.has_locale() && !b.has_locale())) return false;
  std::string language = language_of(device), wanted = region_of(device);
  if (a.language[0] != b.language[0]) {  // one of them is for any language
    if (language == "en" && close_to_us_english(wanted)) {
      // Resources without a locale have always been where the English of the United States lies.
      return a.language[0] != 0 ? close_to_us_english(region_of(a)) : !close_to_us_english(region_of(b));
    }
    return a.language[0] != 0;
  }
  if (int by_region = compare_regions(region_of(a), region_of(b), language, script_of(device), wanted)) {
    return by_region > 0;
  }
  return device.variant[0] != 0 && a.variant == device.variant && b.variant != device.variant;
}

// Whether density a suits better than b, which is another.
bool density_better(int a, int b, int wanted) {
  a = a == 0 ? kMediumDensity : a;
  b = b == 0 ? kMediumDensity : b;
  if (a == kAnyDensity) return true;
  if (b == kAnyDensity) return false;
  if (wanted == 0 || wanted == kAnyDensity) wanted = kMediumDensity;
  int high = std::max(a, b), low = std::min(a, b);
  bool a_higher = a >= b;
  if (wanted >= high) return a_higher;
  if (low >= wanted) return !a_higher;
  // Scaling down is twice as good as scaling up.
  bool low_wins = (std::int64_t{2} * low - wanted) * high > std::int64_t{wanted} * wanted;
  return low_wins ? !a_higher : a_higher;
}

// What decides between two configurations, in the platform's order: > 0 for a, < 0 for b, 0: not decided.
int compare_screen(const ResConfig& a, const ResConfig& b, const ResConfig& device) {
  auto specific = [](int x, int y, int wanted) { return x == y || wanted == 0 ? 0 : x != 0 ? 1 : -1; };
  auto direction = [](const ResConfig& c) { return c.screen_layout & kLayoutDirection; };
  if (direction(a) != direction(b) && direction(device) != 0) return direction(a) > direction(b) ? 1 : -1;
  if (a.smallest_width_dp != b.smallest_width_dp) return a.smallest_width_dp > b.smallest_width_dp ? 1 : -1;
  int width = device.width_dp != 0 ? a.width_dp - b.width_dp : 0;
  int height = device.height_dp != 0 ? a.height_dp - b.height_dp : 0;
  if (width + height != 0) return width + height > 0 ? 1 : -1;
  int size_a = a.screen_layout & kScreenSize, size_b = b.screen_layout & kScreenSize,
      size = device.screen_layout & kScreenSize;
  if (size_a != size_b && size != 0) {
    int fixed_a = size_a == 0 && size >= kSizeNormal ? kSizeNormal : size_a;
    int fixed_b = size_b == 0 && size >= kSizeNormal ? kSizeNormal : size_b;
    if (fixed_a == fixed_b) return size_a == 0 ? -1 : 1;
    return fixed_a > fixed_b ? 1 : -1;
  }
  if (int d = specific(a.screen_layout & kScreenLong, b.screen_layout & kScreenLong,
                       device.screen_layout & kScreenLong))
    return d;
  if (int d = specific(a.screen_layout2 & kScreenRound, b.screen_layout2 & kScreenRound,
                       device.screen_layout2 & kScreenRound))
    return d;
  if (int d = specific(a.color_mode & kWideGamut, b.color_mode & kWideGamut, device.color_mode & kWideGamut))
    return d;
  if (int d = specific(a.color_mode & kHdr, b.color_mode & kHdr, device.color_mode & kHdr)) return d;
  if (int d = specific(a.orientation, b.orientation, device.orientation)) return d;
  if (int d = specific(a.ui_mode & kUiType, b.ui_mode & kUiType, device.ui_mode & kUiType)) return d;
  return specific(a.ui_mode & kUiNight, b.ui_mode & kUiNight, device.ui_mode & kUiNight);
}

int compare_rest(const ResConfig& a, const ResConfig& b, const ResConfig& device) {
  auto specific = [](int x, int y, int wanted) { return x == y || wanted == 0 ? 0 : x != 0 ? 1 : -1; };
  if (a.density != b.density) return density_better(a.density, b.density, device.density) ? 1 : -1;
  if (int d = specific(a.touchscreen, b.touchscreen, device.touchscreen)) return d;
  int keys_a = a.input_flags & kKeysHidden, keys_b = b.input_flags & kKeysHidden,
      keys = device.input_flags & kKeysHidden;
  if (keys_a != keys_b && keys != 0) {
    if (keys_a == 0 || keys_b == 0) return keys_a != 0 ? 1 : -1;
    if (keys == keys_a || keys == keys_b) return keys == keys_a ? 1 : -1;
  }
  if (int d =
          specific(a.input_flags & kNavHidden, b.input_flags & kNavHidden, device.input_flags & kNavHidden))
    return d;
  if (int d = specific(a.keyboard, b.keyboard, device.keyboard)) return d;
  if (int d = specific(a.navigation, b.navigation, device.navigation)) return d;
  int width = device.screen_width != 0 ? a.screen_width - b.screen_width : 0;
  int height = device.screen_height != 0 ? a.screen_height - b.screen_height : 0;
  if (width + height != 0) return width + height > 0 ? 1 : -1;
  if (a.sdk != b.sdk && device.sdk != 0) return a.sdk > b.sdk ? 1 : -1;
  return specific(a.minor, b.minor, device.minor);
}
}  // namespace

std::string ResConfig::locale() const {
  std::string out = language_of(*this);
  auto add = [&out](std::string_view part) {
    if (part.empty()) return;
    if (!out.empty()) out += '-';
    out += part;
  };
  add(view(script));
  add(region_of(*this));
  add(view(variant));
  return clean_utf8(out);
}

void ResConfig::set_locale(std::string_view bcp47) {
  language = region = {};
  script = {};
  variant = {};
  for (std::string_view part : split(bcp47, '-')) {
    if (part.size() == 2 || part.size() == 3) {
      bool is_language = language[0] == 0;
      (is_language ? language : region) = packed(part, is_language ? 'a' : '0');
    } else if (part.size() == 4 && std::isdigit(static_cast<unsigned char>(part[0])) == 0) {
      std::ranges::copy(part, script.begin());
    } else if (part.size() >= 4 && part.size() <= 8) {
      variant = {};
      std::ranges::copy(part, variant.begin());
    }
  }
}

bool ResConfig::matches(const ResConfig& device) const {
  return same_or_any(mcc, device.mcc) && same_or_any(mnc, device.mnc) && locale_matches(*this, device) &&
         same_or_any(gender, device.gender) && screen_matches(*this, device) &&
         input_matches(*this, device) && sdk <= device.sdk && same_or_any(minor, device.minor);
}

bool ResConfig::better_than(const ResConfig& other, const ResConfig& device) const {
  if (mcc != other.mcc && device.mcc != 0) return mcc != 0;
  if (mnc != other.mnc && device.mnc != 0) return mnc != 0;
  // As AOSP has it: where the other's locale is the better one, the rest still decides. Tables put resources
  // without a locale first, so that this seldom matters.
  if (locale_better(*this, other, device)) return true;
  if (gender != other.gender && device.gender != 0) return gender != 0;
  if (int by_screen = compare_screen(*this, other, device)) return by_screen > 0;
  return compare_rest(*this, other, device) > 0;
}

ResConfig read_config(ByteView bytes) {
  ByteReader size_of(bytes);
  std::size_t size = std::min<std::size_t>(size_of.u32(), bytes.size());
  Bytes all(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(size, 52)));
  all.resize(52);
  ByteReader r(all);
  r.skip(4);
  ResConfig c;
  auto letters = [&r](auto& to) {
    for (char& one : to) one = static_cast<char>(r.u8());
  };
  c.mcc = r.u16(), c.mnc = r.u16();
  letters(c.language), letters(c.region);
  c.orientation = r.u8(), c.touchscreen = r.u8(), c.density = r.u16();
  c.keyboard = r.u8(), c.navigation = r.u8(), c.input_flags = r.u8(), c.gender = r.u8() & 0x03;
  c.screen_width = r.u16(), c.screen_height = r.u16(), c.sdk = r.u16(), c.minor = r.u16();
  c.screen_layout = r.u8(), c.ui_mode = r.u8(), c.smallest_width_dp = r.u16();
  c.width_dp = r.u16(), c.height_dp = r.u16();
  letters(c.script), letters(c.variant);
  c.screen_layout2 = r.u8(), c.color_mode = r.u8();
  return c;
}

ResConfig read_proto_config(ByteView message) {
  ResConfig c;
  ProtoReader r(message);
  for (ProtoField f; r.next(f);) {
    auto small = static_cast<std::uint16_t>(f.value);
    if (f.number == 1) c.mcc = small;
    if (f.number == 2) c.mnc = small;
    if (f.number == 3) c.set_locale(f.text());
    if (f.number == 9) c.smallest_width_dp = small;
    if (f.number == 15) c.orientation = static_cast<std::uint8_t>(small);
    if (f.number == 17) c.ui_mode = static_cast<std::uint8_t>(small == 1 ? 0x20 : small == 2 ? 0x10 : 0);
    if (f.number == 18) c.density = small;
    if (f.number == 24) c.sdk = small;
  }
  return c;
}

}  // namespace storesweep::apk

// parse_broadcasts, of activities.h: AOSP's BroadcastRecord.dump, 4.4 to 16.
#include "common/android/activities.h"
#include "common/base/text.h"

namespace storesweep::android {
namespace {

class BroadcastParser {
 public:
  Parsed<Broadcast> run(std::string_view text) {
    LineReader lines(text, out_);
    Line line;
    while (lines.next(line)) {
      if (!accept(line)) out_.unknown(line, true);
    }
    return std::move(out_);
  }

 private:
  bool accept(const Line& line) {
    const std::string_view body = line.body;
    if (starts_with(body, "BroadcastRecord{")) return begin(body);
    if (is_other_part(body)) open_ = manifest_ = false;
    if (!open_) return !is_device_error(body);
    if (is_receiver(body)) return receiver(body);
    if (manifest_) return manifest(body);
    if (starts_with(body, "caller=")) {
      last().caller_package = std::string(value_of(body, "caller="));
      last().caller_uid = parse_uid(value_of(body, "uid=")).value_or(-1);
    } else if (const std::size_t at = body.find("dispatchClockTime="); at != std::string_view::npos) {
      last().time = std::string(trim(body.substr(at + 18, body.find(" finish", at) - at - 18)));
    } else if (const std::size_t begin = body.find("enqueueClockTime=");
               begin != std::string_view::npos && last().time.empty()) {
      last().time = std::string(trim(body.substr(begin + 17, body.find(" dispatch", begin) - begin - 17)));
    }
    return true;
  }

  Broadcast& last() { return out_.records.back(); }

  // "BroadcastRecord{1ae33f4 u-1 android.intent.action.X} to user -1", since 14 "BroadcastRecord{1ae33f4
  // android.intent.action.X/u-1} to user -1"; vendors add ", cuid=..." behind the action.
  bool begin(std::string_view body) {
    std::string_view inside = between(body, "{", "}");
    take_word(inside);
    Broadcast b;
    std::string_view user;
    if (const std::size_t slash = inside.rfind("/u"); slash != std::string_view::npos) {
      user = inside.substr(slash + 2);
      inside = inside.substr(0, slash);
    } else {
      user = take_word(inside);
      if (!take(user, "u")) user = {};
    }
    const auto number = parse_int<int>(user.substr(0, user.find_first_of(", ")));
    open_ = number.has_value();
    manifest_ = false;
    if (!open_) return false;
    b.user = *number;
    b.action = std::string(inside.substr(0, inside.find(", ")));
    out_.add(std::move(b));
    return true;
  }

  // Summaries and filters that stand behind the records, and the heads of the next one.
  static bool is_other_part(std::string_view body) {
    return contains(body, " summary [") || starts_with(body, "Historical broadcasts summary") ||
           starts_with(body, "Historical Broadcast ") || starts_with(body, "Sticky broadcasts for user");
  }

  // "Deliver #0: ", "Receiver #1: ", since 11 "Deliver +3ms #0: ", since 14 "DELIVERED scheduled +1ms
  // terminal +2ms (0) #0: ": a state, perhaps times, a number.
  static bool is_receiver(std::string_view body) {
    const std::size_t hash = body.find('#');
    if (hash > 100) return false;  // npos is greater too
    for (std::string_view state :
         {"Deliver ", "Receiver #", "Skipped ", "Failed ", "Pending ", "Timeout ", "??????? ", "DELIVERED ",
          "PENDING ", "SKIPPED ", "TIMEOUT ", "SCHEDULED ", "DEFERRED ", "FAILURE "}) {
      if (!starts_with(body, state)) continue;
      const std::size_t colon = body.find(": ", hash);
      return colon != std::string_view::npos && parse_int<int>(body.substr(hash + 1, colon - hash - 1));
    }
    return false;
  }

  bool receiver(std::string_view body) {
    Broadcast::Receiver r;
    manifest_ = false;
    if (std::string_view inside = between(body, "ReceiverList{", "}"); !inside.empty()) {
      take_word(inside);
      r.pid = parse_int<int>(take_word(inside)).value_or(-1);
      const std::string_view who = take_word(inside);
      r.package = std::string(who.substr(0, who.find('/')));
    } else if (inside = between(body, "ResolveInfo{", "}"); !inside.empty()) {
      take_word(inside);
      r.component = std::string(take_word(inside));
      r.package = std::string(package_of(r.component));
    } else if (contains(body, "(manifest)")) {  // ActivityInfo follows on lines of its own
      manifest_ = true;
      class_ = {};
    } else {
      return contains(body, "BroadcastFilter{");  // one whose process is gone prints no list
    }
    last().receivers.push_back(std::move(r));
    return true;
  }

  // "name=com.x.R" and "packageName=com.x" of the ActivityInfo.
  bool manifest(std::string_view body) {
    Broadcast::Receiver& r = last().receivers.back();
    if (take(body, "name="))
      class_ = std::string(body);
    else if (take(body, "packageName=") && r.package.empty())
      r.package = std::string(body);
    if (!r.package.empty() && !class_.empty() && r.component.empty()) r.component = r.package + "/" + class_;
    return true;
  }

  Parsed<Broadcast> out_;
  bool open_ = false;
  bool manifest_ = false;  // the lines of a receiver's ActivityInfo are being read
  std::string class_;
};

}  // namespace

Parsed<Broadcast> parse_broadcasts(std::string_view text) { return BroadcastParser().run(text); }

}  // namespace storesweep::android

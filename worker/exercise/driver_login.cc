// What the driver does for a log-in: typing, and telling how it ended.
#include <fmt/format.h>

#include "common/evidence/names.h"
#include "worker/adb/protocol.h"
#include "worker/exercise/driver.h"

namespace storesweep::exercise {
namespace {
constexpr std::size_t kMaxDeleted = 100;
constexpr std::string_view kToTheEnd = "123", kDelete = " 67";  // KEYCODE_MOVE_END, KEYCODE_DEL

// `input text` takes %s for a blank.
std::string typed(std::string_view text) {
  std::string out;
  for (const char c : text) out += c == ' ' ? std::string("%s") : std::string(1, c);
  return out;
}

std::string type_command(const TypeInto& t) {
  std::string command = fmt::format("input tap {} {}", t.bounds.center_x(), t.bounds.center_y());
  if (t.clear > 0) {
    command += "; input keyevent " + std::string(kToTheEnd);
    for (std::size_t i = 0; i < std::min(t.clear, kMaxDeleted); ++i) command += kDelete;
  }
  return command + "; input text " + adb::quoted(typed(t.text));
}
}  // namespace

Result<Event> Driver::type(const TypeInto& t, const Deadline& deadline) {
  scene_.recorder.cover();
  watcher_.read_no_pictures("what is typed in a log-in may stand on the screen from now on");
  auto event = input(record_name::kType, {.target = t.target, .bounds = t.bounds}, type_command(t), deadline);
  if (event.ok()) return event;
  // Whoever shows the error must not show what was typed.
  return Status(event.status().kind(), "typing into `" + t.target + "` failed");
}

Event Driver::tell(const TellLogin& login) {
  scene_.recorder.attest(record_name::kLogin, login.ok ? login.text : "failed: " + login.text);
  return Done{login.ok, login.text};
}

}  // namespace storesweep::exercise

#include "worker/observe/screen_look.h"

#include "common/base/text.h"
#include "common/evidence/names.h"
#include "worker/observe/focus.h"
#include "worker/observe/picture_look.h"
#include "worker/observe/screenshot.h"

namespace storesweep::observe {
namespace {

constexpr int kTries = 2;
constexpr int kReadingsForEach = 2;  // of the screenshots that a profile allows
// The tool itself waits 10 s for rest and needs some seconds to start on a slow device.
constexpr std::int64_t kLookMs = 60'000;
// What the dump shows was there at some moment between the two uptimes.
constexpr std::string_view kCommand =
    "rm -f /data/local/tmp/storesweep.xml; cat /proc/uptime; uiautomator dump "
    "/data/local/tmp/storesweep.xml; cat /proc/uptime; "
    "cat /data/local/tmp/storesweep.xml; rm -f /data/local/tmp/storesweep.xml";

}  // namespace

ScreenWatcher::ScreenWatcher(const Scene& scene, const android::PhraseBook& phrases, int max_screenshots)
    : scene_(scene),
      phrases_(phrases),
      screenshots_left_(max_screenshots),
      pictures_(std::make_unique<PictureLook>(scene, phrases, kReadingsForEach * max_screenshots)) {}
ScreenWatcher::~ScreenWatcher() = default;

void ScreenWatcher::acted() {
  last_xml_.reset();
  pictures_->acted();
}

void ScreenWatcher::read_no_pictures(std::string_view why) { pictures_->stop(why); }

DumpAnswer take_apart(std::string_view out) {
  DumpAnswer answer;
  std::size_t xml = out.find("<?xml");
  if (xml == std::string_view::npos) xml = out.find("<hierarchy");
  std::string_view head = out.substr(0, xml);
  if (xml != std::string_view::npos) {
    answer.xml = out.substr(xml);
    // Behind the last tag may stand what `rm` had to say.
    const std::size_t end = answer.xml.rfind('>');
    if (end != std::string_view::npos) answer.xml = answer.xml.substr(0, end + 1);
  }
  std::size_t begin = 0,
              end = head.size();  // of the tool's words: up to the last uptime, from behind the first
  for (std::string_view line : lines(head)) {
    const auto up_ms = parse_uptime(trim(line));
    if (!up_ms) continue;
    if (answer.up_ms) {
      answer.from_ms = answer.up_ms;
      begin = head.find('\n', end) + 1;
    }
    answer.up_ms = up_ms;
    end = static_cast<std::size_t>(line.data() - head.data());
    if (answer.from_ms) break;
  }
  answer.said = head.substr(begin, end - begin);
  return answer;
}

Result<ScreenWatcher::Try> ScreenWatcher::once(const Deadline& deadline) {
  TRY_ASSIGN(device::ShellOutput output, scene_.device.shell(kCommand, deadline.at_most_ms(kLookMs)));
  const DumpAnswer answer = take_apart(output.out);
  Try out;
  const std::int64_t host_ms = scene_.host.steady_ms();
  out.look.at = scene_.recorder.between(answer.from_ms, answer.up_ms);
  if (answer.up_ms) scene_.recorder.learn_up(*answer.up_ms, host_ms - 2, host_ms);
  out.said = std::string(answer.said) + output.err;
  const android::DumpOutcome outcome = android::parse_dump_output(out.said);
  // What was shown at a time that nobody knows shows nothing.
  if (outcome == android::DumpOutcome::kNotIdle || answer.xml.empty() || !answer.up_ms) {
    out.look.why = outcome == android::DumpOutcome::kNotIdle ? Reason::kNotIdle : Reason::kHookDead;
    out.again = true;
    return out;
  }
  const Digest digest = sha256(answer.xml);
  seen_xml_ = digest;
  if (last_xml_ != digest) {
    scene_.recorder.raw(record_name::kHierarchy, std::string(answer.xml), out.look.at);
    last_xml_ = digest;
  }
  auto tree = android::parse_hierarchy(answer.xml);
  if (!tree.ok()) {
    out.look.why = Reason::kGrammar;
    out.said += tree.status().text();
    return out;
  }
  out.look.readable = true;
  out.look.screen = android::read_screen(*tree, phrases_);
  out.look.tree = std::move(*tree);
  return out;
}

Result<ScreenLook> ScreenWatcher::look(const Deadline& deadline) {
  ++looks_;
  Try last;
  for (int i = 0; i < kTries; ++i) {
    auto tried = once(deadline);
    if (!tried.ok()) {
      TRY(observer_failed(scene_, record_name::kHierarchy, tried.status()));
      return ScreenLook{};
    }
    if (tried->look.readable) return read_if_blind(std::move(tried->look), deadline);
    last = std::move(*tried);
    if (!last.again) break;
  }
  TRY(unreadable(last, deadline));
  return std::move(last.look);
}

Status ScreenWatcher::unreadable(Try& tried, const Deadline& deadline) {
  scene_.recorder.raw(record_name::kUiautomator, tried.said, tried.look.at);
  scene_.recorder.failed(record_name::kHierarchy, tried.look.why, tried.said);
  TRY(observe_focus(scene_, deadline));
  PictureLook::Outcome read;
  if (tried.look.why == Reason::kNotIdle) {
    TRY_ASSIGN(read, pictures_->read(tried.look, std::nullopt, deadline));
  }
  return read.pictured ? ok_status() : picture(deadline);
}

Result<ScreenLook> ScreenWatcher::read_if_blind(ScreenLook look, const Deadline& deadline) {
  const bool blind = look.screen.kind == android::ScreenKind::kBlind && look.screen.package == scene_.package;
  if (blind) TRY(pictures_->read(look, seen_xml_, deadline).status());
  return look;
}

Status ScreenWatcher::picture(const Deadline& deadline) {
  if (screenshots_left_ <= 0) return ok_status();
  --screenshots_left_;
  return observe_screenshot(scene_, deadline);
}

}  // namespace storesweep::observe

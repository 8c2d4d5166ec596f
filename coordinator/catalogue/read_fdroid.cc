// Rows of an F-Droid index-v2.json (fdroidserver's index.py writes it): packages/<package>/metadata and
// packages/<package>/versions/<id>/{added, file, manifest}. One listing a package: its highest version code.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/base/clock.h"
#include "common/base/text.h"
#include "coordinator/catalogue/columns.h"
#include "coordinator/catalogue/reader.h"

namespace storesweep::catalogue {
namespace {
using nlohmann::json;

constexpr std::size_t kMaxDepth = 32;
constexpr std::size_t kMaxTokenBytes = std::size_t{8} << 20;  // between two events of the parser

struct Version {
  std::int64_t added_ms = 0;
  Listing part;  // version, file and permissions
  Status problem;
};

// What a localised text is worth to a reader here: Chinese, then English, then any.
int worth(std::string_view locale) {
  if (locale == "zh-CN" || locale == "zh-rCN" || locale == "zh-Hans") return 4;
  if (starts_with(locale, "zh")) return 3;
  if (locale == "en-US") return 2;
  return starts_with(locale, "en") ? 1 : 0;
}

// Follows the parser's events by the path of keys that leads to each value.
class Handler : public json::json_sax_t {
 public:
  Handler(Rows* rows, std::string address) : rows_(rows), address_(std::move(address)) {}

  std::size_t events = 0;
  Status stopped;  // why it said false
  const std::string& address() const { return address_; }
  bool saw_packages() const { return saw_packages_; }

  bool null() override { return value("", 0); }
  bool boolean(bool) override { return value("", 0); }
  bool number_integer(number_integer_t n) override { return value("", n); }
  bool number_unsigned(number_unsigned_t n) override {
    return value("", static_cast<std::int64_t>(std::min<number_unsigned_t>(n, INT64_MAX)));
  }
  bool number_float(number_float_t, const string_t&) override { return value("", 0); }
  bool string(string_t& text) override { return value(text, 0); }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return push(""); }
  bool start_array(std::size_t) override { return push("[]"); }
  bool key(string_t& k) override {
    ++events;
    path_.back() = k.substr(0, kMaxFieldBytes);
    return true;
  }
  bool end_array() override { return pop(); }
  bool end_object() override {
    if (path_.size() == 5 && path_[0] == "packages" && path_[2] == "versions") end_version();
    if (path_.size() == 3 && path_[0] == "packages" && !end_package()) return false;
    return pop();
  }
  bool parse_error(std::size_t at, const std::string&, const nlohmann::detail::exception& e) override {
    stopped = corrupt("byte " + std::to_string(at) + ": " + e.what());
    return false;
  }

 private:
  bool stop(Status why) {
    stopped = std::move(why);
    return false;
  }
  bool push(const char* element) {
    ++events;
    if (path_.size() == kMaxDepth) return stop(corrupt("nested too deep"));
    path_.emplace_back(element);
    saw_packages_ |= path_.size() == 2 && path_[0] == "packages";
    return true;
  }
  bool pop() {
    ++events;
    path_.pop_back();
    return true;
  }
  bool value(const std::string& text, std::int64_t number);
  void metadata(const std::string& text);
  void version(const std::string& text, std::int64_t number);
  void note(Status s) {
    if (problem_.ok()) problem_ = std::move(s);
  }
  void end_version();
  bool end_package();

  Rows* rows_;  // null: only the address is looked for
  std::string address_;
  bool saw_packages_ = false;
  std::vector<std::string> path_;  // the key of each open object, "[]" for an array
  std::int64_t packages_ = 0;
  Listing listing_;
  Status problem_;
  int label_worth_ = -1;
  Version version_, best_;
  bool has_version_ = false;
};

bool Handler::value(const std::string& text, std::int64_t number) {
  ++events;
  if (path_.size() == 2 && path_[0] == "repo" && path_[1] == "address" && !text.empty()) {
    address_ = text;
    return rows_ != nullptr;  // it was all that was wanted
  }
  if (rows_ == nullptr || path_.size() < 4 || path_[0] != "packages") return true;
  if (path_[2] == "metadata") metadata(text);
  if (path_[2] == "versions" && path_.size() >= 5) version(text, number);
  return true;
}

void Handler::metadata(const std::string& text) {
  if (path_[3] == "name" && path_.size() == 5 && worth(path_[4]) > label_worth_) {
    label_worth_ = worth(path_[4]);
    note(set_field(listing_, Column::kLabel, text));
  } else if (path_[3] == "authorName" && path_.size() == 4) {
    note(set_field(listing_, Column::kDeveloper, text));
  } else if (path_[3] == "categories" && path_.size() == 5 && listing_.category.empty()) {
    note(set_field(listing_, Column::kCategory, text));
    listing_.category_source = "store";
  }
}

void Handler::version(const std::string& text, std::int64_t number) {
  auto at = [this](std::size_t i) -> std::string_view {
    return i < path_.size() ? path_[i] : std::string_view();
  };
  Listing& part = version_.part;
  auto set = [&](Column column, std::string_view raw) {
    if (Status s = set_field(part, column, raw); !s.ok() && version_.problem.ok()) version_.problem = s;
  };
  if (at(4) == "added" && path_.size() == 5) version_.added_ms = number;
  if (at(4) == "file" && path_.size() == 6) {
    if (at(5) == "name") part.apk_url = text.substr(0, kMaxFieldBytes);
    if (at(5) == "sha256") set(Column::kApkSha256, text);
    if (at(5) == "size") part.apk_bytes = std::max<std::int64_t>(number, 0);
  }
  if (at(4) != "manifest") return;
  if (at(5) == "versionName" && path_.size() == 6) set(Column::kVersionName, text);
  if (at(5) == "versionCode" && path_.size() == 6) part.version_code = std::max<std::int64_t>(number, 0);
  bool permission = at(5) == "usesPermission" || at(5) == "usesPermissionSdk23";
  if (permission && path_.size() == 8 && at(7) == "name") {
    if (Status s = add_permission(part, text, ""); !s.ok() && version_.problem.ok()) version_.problem = s;
  }
}

void Handler::end_version() {
  if (!has_version_ || version_.part.version_code > best_.part.version_code) best_ = std::move(version_);
  has_version_ = true;
  version_ = Version{};
}

bool Handler::end_package() {
  std::string package = path_[1];
  Listing l = rows_ != nullptr ? rows_->blank() : Listing{};
  l.label = std::move(listing_.label);
  l.developer = std::move(listing_.developer);
  l.category = std::move(listing_.category);
  l.category_source = std::move(listing_.category_source);
  Version best = std::exchange(best_, Version{});
  Status problem = std::exchange(problem_, ok_status());
  bool has_version = std::exchange(has_version_, false);
  listing_ = Listing{};
  label_worth_ = -1;
  if (rows_ == nullptr) return true;
  ++packages_;
  if (problem.ok()) problem = best.problem;
  if (problem.ok() && !has_version) problem = invalid("it has no version");
  if (Status s = set_field(l, Column::kPackage, package); problem.ok()) problem = std::move(s);
  l.version_name = best.part.version_name;
  l.version_code = best.part.version_code;
  l.permissions = std::move(best.part.permissions);
  l.apk_sha256 = best.part.apk_sha256;
  l.apk_bytes = best.part.apk_bytes;
  if (best.added_ms > 0) l.release_date = format_time(best.added_ms).substr(0, 10);
  if (!best.part.apk_url.empty() && problem.ok()) {
    problem = set_field(l, Column::kApkUrl, address_ + best.part.apk_url);
  }
  Status s = problem.ok() ? rows_->take(std::move(l), packages_, package)
                          : rows_->reject(packages_, problem.message(), package, &l);
  return s.ok() || stop(s);
}

// The bytes of the file for the parser, which asks for one after the other; ends early where a single token
// would fill the memory, or the deadline has passed.
struct Source {
  std::FILE* file;
  const Handler& handler;
  const Deadline& deadline;
  std::string buffer = std::string(std::size_t{64} << 10, '\0');
  std::size_t at = 0, size = 0;
  std::size_t events = 0, since_event = 0;
  std::uint64_t bytes = 0;
  bool ended = false;

  bool fill() {
    since_event = events == handler.events ? since_event + size : 0;
    events = handler.events;
    bool give_up = since_event > kMaxTokenBytes || bytes > kMaxCatalogueBytes || deadline.passed() ||
                   (deadline.cancel && deadline.cancel->cancelled());
    size = give_up ? 0 : std::fread(buffer.data(), 1, buffer.size(), file);
    bytes += size;
    at = 0;
    ended = size == 0;
    return !ended;
  }
};
class ByteIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;
  explicit ByteIterator(Source* source) : source_(source) { skip(); }
  ByteIterator() = default;
  reference operator*() const { return source_->buffer[source_->at]; }
  ByteIterator& operator++() {
    ++source_->at;
    skip();
    return *this;
  }
  bool operator==(const ByteIterator& o) const { return source_ == o.source_; }
  bool operator!=(const ByteIterator& o) const { return source_ != o.source_; }

 private:
  void skip() {
    if (source_->at == source_->size && !source_->fill()) source_ = nullptr;
  }
  Source* source_ = nullptr;
};

Status parse(const std::string& path, Handler& handler, const Deadline& deadline) {
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "re"), &std::fclose);
  if (!file) return not_found(path + ": cannot be read");
  Source source{file.get(), handler, deadline};
  json::sax_parse(ByteIterator(&source), ByteIterator(), &handler);
  if (deadline.cancel && deadline.cancel->cancelled()) return cancelled("the import was given up");
  if (deadline.passed()) return timed_out(path + ": the deadline passed while reading");
  return handler.stopped.ok() ? ok_status() : handler.stopped.within(path);
}
}  // namespace

Status read_fdroid(const std::string& path, const Options& options, Rows& rows, const Deadline& deadline) {
  // The address of the repository may stand after the packages: it is looked for first (mostly within some
  // bytes).
  std::string_view beside = options.source_address;
  Handler finder(nullptr, std::string(beside.substr(0, std::min(beside.size(), beside.rfind('/')))));
  TRY(parse(path, finder, deadline));
  Handler handler(&rows, finder.address());
  TRY(parse(path, handler, deadline));
  if (!handler.saw_packages()) return invalid(path + ": no \"packages\" in it: not an F-Droid index-v2.json");
  return ok_status();
}

}  // namespace storesweep::catalogue

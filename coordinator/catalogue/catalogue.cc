#include "coordinator/catalogue/catalogue.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "common/base/file.h"
#include "common/base/text.h"
#include "coordinator/catalogue/columns.h"
#include "coordinator/catalogue/csv.h"
#include "coordinator/catalogue/reader.h"

namespace storesweep::catalogue {
namespace {
constexpr std::size_t kMaxUnknownColumns = 32;

bool is_address(std::string_view source) {
  return starts_with(source, "http://") || starts_with(source, "https://") || starts_with(source, "file://");
}
}  // namespace

Result<Format> format_of(const std::string& format, const std::string& source) {
  std::string_view path = std::string_view(source).substr(0, source.find_first_of("?#"));
  if (format == "csv" || (format.empty() && ends_with(path, ".csv"))) return Format::kCsv;
  if (format == "fdroid" || (format.empty() && ends_with(path, "index-v2.json"))) return Format::kFdroid;
  if (format == "jsonl" || (format.empty() && (ends_with(path, ".jsonl") || ends_with(path, ".ndjson")))) {
    return Format::kJsonLines;
  }
  if (!format.empty()) return invalid("no catalogue format \"" + format + "\": say csv, jsonl or fdroid");
  return invalid(source + ": its name does not tell the format: say csv, jsonl or fdroid");
}

Listing Rows::blank() const {
  Listing listing;
  listing.tenant = options_.tenant;
  listing.store = options_.store;
  return listing;
}

Status Rows::take(Listing listing, std::int64_t line, std::string_view text) {
  if (Status s = check(listing); !s.ok()) return reject(line, s.message(), text, &listing);
  std::string key = std::to_string(listing.tenant.value) + '\n' + std::string(name(listing.place)) + '\n' +
                    listing.store + '\n' + listing.package;
  if (!seen_.insert(std::hash<std::string>{}(key)).second) {
    return reject(line, listing.package + " stands twice in this catalogue", text, &listing);
  }
  ++report_.rows;
  return on_listing_(std::move(listing));
}

Status Rows::open_rejects() {
  rejects_.reset(std::fopen(options_.rejects_file.c_str(), "we"));
  if (!rejects_) return errno_status(options_.rejects_file, errno);
  std::fputs("line,reason,row\n", rejects_.get());
  return ok_status();
}

Status Rows::reject(std::int64_t line, std::string_view reason, std::string_view text, const Listing* named) {
  ++report_.rows;
  ++report_.rejected;
  if (named && check(*named).ok()) {
    on_named_(*named);
  } else {
    ++report_.nameless;
  }
  if (options_.rejects_file.empty() || report_.rejected > kMaxRejectsKept) return ok_status();
  if (!rejects_) TRY(open_rejects());
  std::string row = std::to_string(line) + ',' + csv_field(reason) + ',' +
                    csv_field(clean_utf8(text.substr(0, kMaxRejectedText))) + '\n';
  if (std::fputs(row.c_str(), rejects_.get()) < 0) return errno_status(options_.rejects_file, errno);
  return ok_status();
}

void Rows::unknown_column(std::string_view name) {
  auto& all = report_.unknown_columns;
  std::string clean = clean_utf8(name.substr(0, 100));
  if (all.size() < kMaxUnknownColumns && std::find(all.begin(), all.end(), clean) == all.end())
    all.push_back(clean);
}

Result<Report> Rows::finish() {
  if (rejects_ && std::fflush(rejects_.get()) != 0) return errno_status(options_.rejects_file, errno);
  rejects_.reset();
  return report_;
}

Status each_piece(const std::string& path, const Deadline& deadline,
                  const std::function<Status(std::string_view)>& on_piece) {
  Fd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return errno_status(path, errno);
  std::string buffer(std::size_t{256} << 10, '\0');
  std::uint64_t bytes = 0;
  for (;;) {
    if (deadline.cancel && deadline.cancel->cancelled()) return cancelled("the import was given up");
    if (deadline.passed()) return timed_out(path + ": the deadline passed while reading");
    ssize_t n = read(fd.get(), buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno_status(path, errno);
    if (n == 0) return ok_status();
    bytes += static_cast<std::uint64_t>(n);
    if (bytes > kMaxCatalogueBytes) return exhausted(path + ": larger than a catalogue may be");
    TRY(on_piece({buffer.data(), static_cast<std::size_t>(n)}).within(path));
  }
}

Result<Report> read_file(const std::string& path, const Options& options, const OnListing& on_listing,
                         const OnNamed& on_named, const Deadline& deadline) {
  Rows rows(options, on_listing, on_named);
  Status s = options.format == Format::kCsv         ? read_csv(path, rows, deadline)
             : options.format == Format::kJsonLines ? read_json_lines(path, rows, deadline)
                                                    : read_fdroid(path, options, rows, deadline);
  TRY(s);
  return rows.finish();
}

Result<Report> read_source(net::Client& client, const std::string& source, const std::string& temporary_file,
                           const Options& options, const OnListing& on_listing, const OnNamed& on_named,
                           const Deadline& deadline) {
  if (!is_address(source)) return read_file(source, options, on_listing, on_named, deadline);
  TRY_ASSIGN([[maybe_unused]] net::FetchResult fetched,
             client.fetch(source, temporary_file, {.max_bytes = kMaxCatalogueBytes}, deadline));
  Options with_address = options;
  with_address.source_address = source;
  auto report = read_file(temporary_file, with_address, on_listing, on_named, deadline);
  unlink(temporary_file.c_str());
  return report;
}

}  // namespace storesweep::catalogue

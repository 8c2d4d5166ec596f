#include "common/net/transfer.h"

#include <curl/curl.h>

#include <algorithm>
#include <mutex>

#include "common/base/clock.h"
#include "common/base/text.h"

namespace storesweep::net {
namespace {
constexpr std::size_t kMaxHeaderBytes = std::size_t{256} << 10;  // of one answer, redirects included

void start_curl_once() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

bool may_go_well_later(CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_PARTIAL_FILE:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
      return true;
    default:
      return false;
  }
}

ErrorKind kind_of(CURLcode code) {
  switch (code) {
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_TOO_MANY_REDIRECTS:
      return ErrorKind::kInvalid;
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING:
      return ErrorKind::kCorrupt;
    case CURLE_OPERATION_TIMEDOUT:
      return ErrorKind::kTimeout;
    case CURLE_OUT_OF_MEMORY:
      return ErrorKind::kExhausted;
    default:
      return ErrorKind::kUnavailable;
  }
}

struct ListDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using List = std::unique_ptr<curl_slist, ListDeleter>;

List header_list(const Headers& headers, bool expect_continue) {
  List list;
  auto add = [&list](const std::string& line) {
    curl_slist* longer = curl_slist_append(list.get(), line.c_str());
    if (longer == nullptr) return;  // out of memory; the call then goes without it
    [[maybe_unused]] curl_slist* same = list.release();
    list.reset(longer);
  };
  // Unasked none: it costs a second where a server does not know it.
  add(expect_continue ? "Expect: 100-continue" : "Expect:");
  for (const auto& [name, value] : headers) add(value.empty() ? name + ";" : name + ": " + value);
  return list;
}
}  // namespace

struct Transfer::State {
  Options options;
  CURL* easy = nullptr;
  CURLM* multi = nullptr;
  char error[CURL_ERROR_SIZE] = {};
  // of the running call
  const Call* call = nullptr;
  Response head;
  std::size_t header_bytes = 0;
  bool head_told = false;
  bool aborted = false;
  std::int64_t last_byte_ms = 0;
  curl_off_t sent_bytes = 0;

  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self);
  bool tell_head();
  void look_at_sent();
  void prepare(const Call& c, curl_slist* headers);
  CallEnd loop(const Deadline& deadline);
  CallEnd finished(CURLcode code);
};

Transfer::Transfer(const Options& options) : state_(std::make_unique<State>()) {
  start_curl_once();
  state_->options = options;
  state_->easy = curl_easy_init();
  state_->multi = curl_multi_init();
}

Transfer::~Transfer() {
  curl_easy_cleanup(state_->easy);
  curl_multi_cleanup(state_->multi);
}

std::size_t Transfer::State::on_header(char* data, std::size_t size, std::size_t count, void* self) {
  State& s = *static_cast<State*>(self);
  std::string_view line(data, size * count);
  s.last_byte_ms = SystemClock().steady_ms();
  s.header_bytes += line.size();
  if (s.header_bytes > kMaxHeaderBytes) return 0;
  if (starts_with(line, "HTTP/")) {  // a new answer: the one before was a redirect or a 100
    s.head = Response{};
  } else if (auto colon = line.find(':'); colon != std::string_view::npos) {
    std::string name(trim(line.substr(0, colon)));
    for (char& c : name) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
    s.head.headers.emplace_back(std::move(name), std::string(trim(line.substr(colon + 1))));
  }
  return size * count;
}

bool Transfer::State::tell_head() {
  if (head_told) return true;
  head_told = true;
  long status = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  head.status = static_cast<int>(status);
  return !call->on_head || call->on_head(head);
}

std::size_t Transfer::State::on_body(char* data, std::size_t size, std::size_t count, void* self) {
  State& s = *static_cast<State*>(self);
  s.last_byte_ms = SystemClock().steady_ms();
  bool go_on = s.tell_head() && (!s.call->on_data || s.call->on_data(std::string_view(data, size * count)));
  s.aborted = !go_on;
  return go_on ? size * count : 0;
}

void Transfer::State::prepare(const Call& c, curl_slist* headers) {
  call = &c;
  head = Response{};
  header_bytes = 0;
  head_told = aborted = false;
  last_byte_ms = SystemClock().steady_ms();
  sent_bytes = 0;
  error[0] = '\0';
  curl_easy_reset(easy);  // keeps connections
  curl_easy_setopt(easy, CURLOPT_URL, c.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, error);
  curl_easy_setopt(easy, CURLOPT_USERAGENT, options.user_agent.c_str());
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.connect_ms));
  if (!options.ca_file.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, options.ca_file.c_str());
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, c.follow ? 1L : 0L);
  curl_easy_setopt(easy, CURLOPT_MAXREDIRS, static_cast<long>(options.max_redirects));
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &State::on_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &State::on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
  if (c.method == "HEAD") {
    curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
  } else if (c.method != "GET" || !c.body.empty()) {
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, c.body.data() == nullptr ? "" : c.body.data());
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(c.body.size()));
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, c.method.c_str());
  }
}

// What goes out counts as well as what comes in: a long upload is no stall.
void Transfer::State::look_at_sent() {
  curl_off_t sent = 0;
  curl_easy_getinfo(easy, CURLINFO_SIZE_UPLOAD_T, &sent);
  if (sent == sent_bytes) return;
  sent_bytes = sent;
  last_byte_ms = SystemClock().steady_ms();
}

CallEnd Transfer::State::loop(const Deadline& deadline) {
  for (;;) {
    int running = 0;
    if (CURLMcode code = curl_multi_perform(multi, &running); code != CURLM_OK) {
      return {internal(std::string("libcurl: ") + curl_multi_strerror(code))};
    }
    if (running == 0) {
      int left = 0;
      CURLMsg* message = curl_multi_info_read(multi, &left);
      return finished(message != nullptr ? message->data.result : CURLE_FAILED_INIT);
    }
    if (deadline.cancel && deadline.cancel->cancelled()) return {cancelled("the call was given up")};
    if (deadline.passed()) return {timed_out(shown_url(call->url) + ": the deadline passed")};
    std::int64_t wait_ms = std::min<std::int64_t>(deadline.left_ms(), 1000);
    if (call->stall_ms > 0) {
      look_at_sent();
      std::int64_t still_ms = last_byte_ms + call->stall_ms - SystemClock().steady_ms();
      if (still_ms <= 0) {
        return {timed_out(shown_url(call->url) + ": no byte for " + std::to_string(call->stall_ms) + " ms"),
                false, true};
      }
      wait_ms = std::min(wait_ms, still_ms);
    }
    curl_waitfd extra = {deadline.cancel ? deadline.cancel->fd() : -1, CURL_WAIT_POLLIN, 0};
    curl_multi_poll(multi, &extra, deadline.cancel ? 1 : 0, static_cast<int>(wait_ms), nullptr);
  }
}

CallEnd Transfer::State::finished(CURLcode code) {
  CallEnd end;
  if (code == CURLE_OK && !tell_head()) aborted = true;
  end.aborted = aborted;
  if (aborted || code == CURLE_OK) {
    curl_off_t seconds = 0;
    curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &seconds);
    end.retry_after_ms = std::min<std::int64_t>(seconds, 3600) * 1000;
    return end;
  }
  end.transient = may_go_well_later(code);
  const char* why = error[0] != '\0' ? error : curl_easy_strerror(code);
  end.status = Status(kind_of(code), shown_url(call->url) + ": " + why);
  return end;
}

CallEnd Transfer::run(const Call& call, const Deadline& deadline) {
  if (state_->easy == nullptr || state_->multi == nullptr) return {exhausted("no memory for libcurl")};
  List headers = header_list(call.headers, call.expect_continue);
  state_->prepare(call, headers.get());
  if (CURLMcode code = curl_multi_add_handle(state_->multi, state_->easy); code != CURLM_OK) {
    return {internal(std::string("libcurl: ") + curl_multi_strerror(code))};
  }
  CallEnd end = state_->loop(deadline);
  curl_multi_remove_handle(state_->multi, state_->easy);
  return end;
}

}  // namespace storesweep::net

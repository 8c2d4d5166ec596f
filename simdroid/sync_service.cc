#include "simdroid/sync_service.h"

#include <algorithm>
#include <cerrno>
#include <string>

#include "common/base/bytes.h"
#include "common/base/text.h"
#include "simdroid/device.h"
#include "simdroid/packet.h"

namespace storesweep::simdroid {
namespace {
constexpr std::uint32_t kStat = four('S', 'T', 'A', 'T');
constexpr std::uint32_t kStat2 = four('S', 'T', 'A', '2');
constexpr std::uint32_t kLstat2 = four('L', 'S', 'T', '2');
constexpr std::uint32_t kList = four('L', 'I', 'S', 'T');
constexpr std::uint32_t kList2 = four('L', 'I', 'S', '2');
constexpr std::uint32_t kDent = four('D', 'E', 'N', 'T');
constexpr std::uint32_t kDent2 = four('D', 'N', 'T', '2');
constexpr std::uint32_t kSend = four('S', 'E', 'N', 'D');
constexpr std::uint32_t kSend2 = four('S', 'N', 'D', '2');
constexpr std::uint32_t kRecv = four('R', 'E', 'C', 'V');
constexpr std::uint32_t kRecv2 = four('R', 'C', 'V', '2');
constexpr std::uint32_t kData = four('D', 'A', 'T', 'A');
constexpr std::uint32_t kDone = four('D', 'O', 'N', 'E');
constexpr std::uint32_t kOkayId = four('O', 'K', 'A', 'Y');
constexpr std::uint32_t kFail = four('F', 'A', 'I', 'L');
constexpr std::uint32_t kQuit = four('Q', 'U', 'I', 'T');
constexpr std::size_t kMaxPathBytes = 1024;
constexpr std::size_t kMaxDataBytes = 64 * 1024;

int errno_of(const Status& status) {
  switch (status.kind()) {
    case ErrorKind::kNotFound:
      return ENOENT;
    case ErrorKind::kPermission:
      return EACCES;
    case ErrorKind::kExhausted:
      return ENOSPC;
    default:
      return EIO;
  }
}

class SyncService final : public Service {
 public:
  SyncService(Device& device, std::shared_ptr<Outlet> outlet) : device_(device), outlet_(std::move(outlet)) {}

  void receive(std::string_view bytes) override {
    buffer_.append(bytes);
    while (!ended_ && step()) {
    }
  }

 private:
  enum class State { kRequest, kSendData, kSetUp2 };

  // One request or data chunk; false when more bytes are needed.
  bool step() {
    ByteReader reader(as_bytes(buffer_));
    const std::uint32_t id = reader.u32();
    const std::uint32_t length = reader.u32();
    if (!reader.ok()) return false;
    if (state_ == State::kSendData) return data(id, length);
    if (state_ == State::kSetUp2) return set_up(id, length);
    if (length > kMaxPathBytes) return fail("invalid namelen");
    if (reader.left() < length) return false;
    const std::string path(as_text(reader.take(length)));
    buffer_.erase(0, 8 + length);
    request(id, path);
    return true;
  }

  void request(std::uint32_t id, const std::string& path) {
    const DeviceShape& shape = device_.shape();
    const bool stat2 = shape.has_feature("stat_v2");
    if (id == kStat) return stat(path);
    if ((id == kStat2 || id == kLstat2) && stat2) return stat2_reply(id, path);
    if (id == kList || (id == kList2 && shape.has_feature("ls_v2"))) return list(path, id == kList2);
    if (id == kSend) return begin_send(path);
    if (id == kRecv) return receive_file(path);
    if ((id == kSend2 || id == kRecv2) && shape.has_feature("sendrecv_v2")) {
      state_ = State::kSetUp2;
      path_ = path;
      return;
    }
    if (id == kQuit) {
      ended_ = true;
      return outlet_->close();
    }
    fail("unknown command");
  }

  // SND2 and RCV2 are followed by a second request of the same id with mode and flags.
  bool set_up(std::uint32_t id, std::uint32_t first) {
    ByteReader reader(as_bytes(buffer_));
    reader.skip(8);
    const std::uint32_t flags = id == kSend2 ? reader.u32() : first;
    if (!reader.ok()) return false;
    buffer_.erase(0, reader.at());
    state_ = State::kRequest;
    if (flags != 0) return fail("compression is not supported");
    if (id == kRecv2) {
      receive_file(path_);
    } else {
      start_send(path_, first & 0777);
    }
    return true;
  }

  bool fail(std::string_view message) {
    ended_ = true;
    send_fail(message);
    outlet_->close();
    return false;
  }
  void send_fail(std::string_view message) {
    std::string out;
    put_little(out, kFail, 4);
    put_little(out, message.size(), 4);
    outlet_->write(out.append(message));
  }

  void stat(const std::string& path) {
    const Node* node = device_.files().find(path, false);
    std::string out;
    put_little(out, kStat, 4);
    put_little(out, node ? node->mode : 0, 4);
    put_little(out, node ? device_.stat_size(*node, path) : 0, 4);
    put_little(out, node ? static_cast<std::uint64_t>(node->time_s) : 0, 4);
    outlet_->write(out);
  }

  static void append_stat2(std::string& out, const Node* node, std::uint64_t size, int error) {
    put_little(out, static_cast<std::uint64_t>(error), 4);
    put_little(out, 0xfd00, 8);
    put_little(out, node ? 1000 + node->size() % 100'000 : 0, 8);
    put_little(out, node ? node->mode : 0, 4);
    put_little(out, node ? 1 : 0, 4);
    put_little(out, node ? static_cast<std::uint64_t>(node->uid) : 0, 4);
    put_little(out, node ? static_cast<std::uint64_t>(node->gid) : 0, 4);
    put_little(out, size, 8);
    for (int i = 0; i < 3; ++i) put_little(out, node ? static_cast<std::uint64_t>(node->time_s) : 0, 8);
  }

  void stat2_reply(std::uint32_t id, const std::string& path) {
    const Node* node = device_.files().find(path, id == kStat2);
    std::string out;
    put_little(out, id, 4);
    append_stat2(out, node, node ? device_.stat_size(*node, path) : 0, node ? 0 : ENOENT);
    outlet_->write(out);
  }

  void list(const std::string& path, bool v2) {
    std::string out;
    auto entries = device_.files().may_read(path, device_.shell_uid())
                       ? device_.files().list(path)
                       : Result<std::vector<Entry>>(permission(""));
    if (entries.ok()) {
      entries->insert(entries->begin(),
                      {Entry{".", folder_node(path)}, Entry{"..", folder_node(path + "/..")}});
      for (const Entry& entry : *entries) {
        put_little(out, v2 ? kDent2 : kDent, 4);
        if (v2) {
          append_stat2(out, &entry.node, entry.node.size(), 0);
        } else {
          put_little(out, entry.node.mode, 4);
          put_little(out, entry.node.size(), 4);
          put_little(out, static_cast<std::uint64_t>(entry.node.time_s), 4);
        }
        put_little(out, entry.name.size(), 4);
        out += entry.name;
      }
    }
    put_little(out, kDone, 4);
    out.append(v2 ? 72 : 16, '\0');
    outlet_->write(out);
  }
  Node folder_node(const std::string& path) {
    const Node* node = device_.files().find(path);
    return node ? *node : Node{};
  }

  void receive_file(const std::string& path) {
    FileSystem& files = device_.files();
    const Node* node = files.find(path);
    if (!node) return receive_failed("No such file or directory", "open failed: ");
    if (!files.may_read(path, device_.shell_uid()))
      return receive_failed("Permission denied", "open failed: ");
    if (node->is_folder()) return receive_failed("Is a directory", "read failed: ");
    std::string_view rest = node->content ? std::string_view(*node->content) : std::string_view();
    std::string out;
    while (!rest.empty()) {
      std::string_view chunk = rest.substr(0, kMaxDataBytes);
      put_little(out, kData, 4);
      put_little(out, chunk.size(), 4);
      out += chunk;
      rest.remove_prefix(chunk.size());
    }
    put_little(out, kDone, 4);
    put_little(out, 0, 4);
    outlet_->write(out);
  }
  void receive_failed(const std::string& words, const std::string& newer_prefix) {
    send_fail(device_.shape().old_shell ? words : newer_prefix + words);
  }

  void begin_send(const std::string& spec) {
    const auto comma = spec.rfind(',');
    std::uint32_t mode = 0644;
    if (comma != std::string::npos) mode = parse_int<std::uint32_t>(spec.substr(comma + 1)).value_or(0644);
    link_ = (mode & 0170000) == kModeLink;
    start_send(spec.substr(0, comma), mode);
  }
  void start_send(const std::string& path, std::uint32_t mode) {
    state_ = State::kSendData;
    path_ = path;
    // adbd gives group and others what the owner has; the 4.4 of the captures did not.
    const bool old = device_.shape().old_shell;
    mode_ = old ? mode & 0777 : (mode & 0700) | ((mode & 0700) >> 3) | ((mode & 0700) >> 6);
    content_.clear();
    failed_ = !device_.files().may_write(path, device_.shell_uid());
    if (!failed_) return;
    // Said at once: the data that follows is read and forgotten.
    const bool no_folder = !device_.files().find(path.substr(0, path.rfind('/')));
    if (old) return send_fail(no_folder ? "No such file or directory" : "Permission denied");
    send_fail(no_folder ? "secure_mkdirs failed: Permission denied"
                        : "couldn't create file: Permission denied");
  }

  bool data(std::uint32_t id, std::uint32_t length) {
    if (id == kData) {
      if (length > kMaxDataBytes) return fail("oversize data message");
      if (buffer_.size() < 8 + length) return false;
      if (!failed_) content_.append(buffer_, 8, length);
      buffer_.erase(0, 8 + length);
      return true;
    }
    if (id != kDone) return fail("invalid data message");
    buffer_.erase(0, 8);
    state_ = State::kRequest;
    finish_send(length);
    return true;
  }

  void finish_send(std::uint32_t time_s) {
    if (failed_) return;
    Status written;
    if (link_) {
      device_.files().make_link(path_, content_.substr(0, content_.find('\0')), time_s);
    } else {
      written = device_.files().write(path_, device_.shared(std::move(content_)), mode_, device_.shell_uid(),
                                      time_s, true);
    }
    content_ = {};
    if (!written.ok()) {
      return send_fail((device_.shape().old_shell     ? ""
                        : errno_of(written) == ENOSPC ? "write failed: "
                                                      : "couldn't create file: ") +
                       written.message());
    }
    std::string out;
    put_little(out, kOkayId, 4);
    put_little(out, 0, 4);
    outlet_->write(out);
  }

  Device& device_;
  std::shared_ptr<Outlet> outlet_;
  std::string buffer_;
  State state_ = State::kRequest;
  std::string path_;
  std::uint32_t mode_ = 0;
  bool link_ = false;
  std::string content_;
  bool failed_ = false;
  bool ended_ = false;
};
}  // namespace

std::unique_ptr<Service> open_sync(Device& device, std::shared_ptr<Outlet> outlet) {
  return std::make_unique<SyncService>(device, std::move(outlet));
}

}  // namespace storesweep::simdroid

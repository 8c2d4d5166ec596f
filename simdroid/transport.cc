#include "simdroid/transport.h"

#include <algorithm>
#include <vector>

#include "common/base/bytes.h"
#include "common/base/text.h"

namespace storesweep::simdroid {

struct Transport::Stream {
  std::uint32_t local_id;
  std::uint32_t peer_id;
  std::unique_ptr<Service> service;
  std::string queue;
  bool awaiting_okay = false;
  bool dialling = false;  // opened by the device: the host has not answered yet
  bool closing = false;
  bool gone = false;
};

class Transport::Door final : public HostDoor {
 public:
  explicit Door(Transport& transport) : transport_(&transport) {}
  void shut() { transport_ = nullptr; }
  bool open() const override { return transport_ && transport_->online_ && !transport_->dropped_; }
  void dial(const std::string& destination, const Maker& make) override {
    if (open()) transport_->dial(destination, make);
  }

 private:
  Transport* transport_;
};

class Transport::StreamOutlet final : public Outlet {
 public:
  StreamOutlet(Transport& transport, std::weak_ptr<Stream> stream)
      : transport_(transport), stream_(std::move(stream)) {}
  void write(std::string_view bytes) override {
    if (auto s = stream_.lock(); s && !s->closing) s->queue.append(bytes);
  }
  void close() override {
    if (auto s = stream_.lock()) s->closing = true;
  }
  void drop_connection() override {
    if (auto s = stream_.lock()) transport_.dropped_ = true;
  }
  std::size_t queued_bytes() const override {
    auto s = stream_.lock();
    return s ? s->queue.size() : 0;
  }
  std::shared_ptr<HostDoor> door() override { return stream_.lock() ? transport_.door_ : nullptr; }

 private:
  Transport&
      transport_;  // outlives every stream it owns, and a stream's outlet does nothing once that is gone
  std::weak_ptr<Stream> stream_;
};

namespace {
constexpr std::uint32_t kAuthToken = 1;
constexpr std::uint32_t kAuthSignature = 2;
constexpr std::uint32_t kAuthPublicKey = 3;
}  // namespace

Transport::Transport(TransportShape shape, AuthPolicy auth, ServiceOpener& opener, Random& random)
    : shape_(std::move(shape)),
      auth_(std::move(auth)),
      opener_(opener),
      random_(random),
      reader_(shape_.max_payload_bytes),
      door_(std::make_shared<Door>(*this)) {
  reader_.set_sums(shape_.checks_every_sum ? PacketReader::Sums::kStrict : PacketReader::Sums::kLenient);
}

Transport::~Transport() { door_->shut(); }

bool Transport::receive(std::string_view bytes) {
  reader_.feed(bytes);
  while (!dropped_) {
    std::optional<Packet> packet = reader_.next();
    if (!packet) break;
    handle(*packet);
    pump();
  }
  if (reader_.bad()) dropped_ = true;
  return !dropped_;
}

void Transport::handle(const Packet& packet) {
  switch (packet.command) {
    case kCnxn:
      return on_connect(packet);
    case kAuth:
      return on_auth(packet);
    case kStls:
      dropped_ = dropped_ || !shape_.checks_every_sum;
      return;  // no TLS here; 4.4 does not know the word
    case kOpen:
      return on_open(packet);
    case kOkay:
      return on_okay(packet);
    case kWrte:
      return on_write(packet);
    case kClse:
      return on_close(packet);
    default:
      return;  // adbd prints to its own log and goes on
  }
}

void Transport::on_connect(const Packet& packet) {
  if (online_) streams_.clear();  // the connection starts anew
  peer_payload_bytes_ = std::max<std::uint32_t>(1, std::min(packet.arg1, shape_.max_payload_bytes));
  if (std::min(packet.arg0, shape_.version) >= kVersionNoChecksums) {
    with_sums_ = false;
    reader_.set_sums(PacketReader::Sums::kOff);
  }
  if (auth_.required && !online_) return send_token();
  send_banner();
}

void Transport::send_banner() {
  online_ = true;
  send(kCnxn, shape_.version, shape_.max_payload_bytes, shape_.banner);
}

void Transport::send_token() {
  Bytes token(kTokenBytes);
  random_.fill(token);
  token_ = std::string(as_text(token));
  send(kAuth, kAuthToken, 0, token_);
}

void Transport::on_auth(const Packet& packet) {
  if (!auth_.required || online_) {
    if (shape_.answers_unasked_auth) send_token();
    return;
  }
  if (packet.arg0 == kAuthSignature) {
    const bool known =
        std::any_of(auth_.known_keys.begin(), auth_.known_keys.end(),
                    [&](const std::string& key) { return signed_by(key, token_, packet.payload); });
    return known ? send_banner() : send_token();
  }
  if (packet.arg0 == kAuthPublicKey && auth_.accept_new_keys) {
    auth_.known_keys.emplace_back(
        trim(std::string_view(packet.payload).substr(0, packet.payload.find('\0'))));
    send_banner();
  }
}

void Transport::on_open(const Packet& packet) {
  if (!online_) return;
  std::string_view name = packet.payload;
  // The name ends with NUL; abb_exec has NULs inside, so only the last is its end.
  if (starts_with(name, "abb")) {
    while (!name.empty() && name.back() == '\0') name.remove_suffix(1);
  } else {
    if (shape_.drops_last_of_name) name.remove_suffix(name.empty() ? 0 : 1);
    name = name.substr(0, name.find('\0'));
  }
  if (streams_.size() >= kMaxStreams) return send(kClse, 0, packet.arg0);
  auto stream = std::make_shared<Stream>();
  stream->local_id = ++last_id_;
  stream->peer_id = packet.arg0;
  stream->service = opener_.open(name, std::make_shared<StreamOutlet>(*this, stream));
  if (!stream->service) {
    --last_id_;
    return send(kClse, 0, packet.arg0);
  }
  streams_[stream->local_id] = stream;
  send(kOkay, stream->local_id, stream->peer_id);
  stream->service->start();
}

void Transport::dial(const std::string& destination, const HostDoor::Maker& make) {
  if (streams_.size() >= kMaxStreams) return;
  auto stream = std::make_shared<Stream>();
  stream->local_id = ++last_id_;
  stream->peer_id = 0;
  stream->dialling = true;
  stream->service = make(std::make_shared<StreamOutlet>(*this, stream));
  streams_[stream->local_id] = stream;
  send(kOpen, stream->local_id, 0, destination + '\0');
}

Transport::Stream* Transport::find(std::uint32_t local_id) {
  auto it = streams_.find(local_id);
  return it == streams_.end() || it->second->gone ? nullptr : it->second.get();
}

void Transport::on_write(const Packet& packet) {
  Stream* stream = online_ ? find(packet.arg1) : nullptr;
  if (!stream || stream->peer_id != packet.arg0) return;
  send(kOkay, stream->local_id, stream->peer_id);
  if (!stream->closing) stream->service->receive(packet.payload);
}

void Transport::on_okay(const Packet& packet) {
  if (Stream* stream = online_ ? find(packet.arg1) : nullptr) {
    if (stream->dialling) {
      stream->dialling = false;
      stream->peer_id = packet.arg0;
      return stream->service->start();
    }
    stream->awaiting_okay = false;
    if (stream->queue.empty() && !stream->closing) stream->service->drained();
  }
}

void Transport::on_close(const Packet& packet) {
  if (Stream* stream = online_ ? find(packet.arg1) : nullptr) {
    stream->service->host_closed();
    stream->gone = true;
    if (stream->dialling) return;  // the host has no stream to close
    send(kClse, shape_.close_from_zero ? 0 : stream->local_id, stream->peer_id);
  }
}

void Transport::pump() {
  if (pumping_) return;
  pumping_ = true;
  std::vector<std::uint32_t> ended;
  for (auto& [id, stream] : streams_) {
    if (!stream->gone) pump(*stream);
    if (stream->gone) ended.push_back(id);
  }
  for (std::uint32_t id : ended) streams_.erase(id);
  pumping_ = false;
}

void Transport::pump(Stream& stream) {
  if (stream.awaiting_okay || stream.dialling) return;
  if (!stream.queue.empty()) {
    const std::size_t n = std::min<std::size_t>(stream.queue.size(), peer_payload_bytes_);
    send(kWrte, stream.local_id, stream.peer_id, stream.queue.substr(0, n));
    stream.queue.erase(0, n);
    stream.awaiting_okay = true;
    return;  // adbd sees the end of its pipe only once the host has acknowledged what came before
  }
  if (stream.closing) {
    send(kClse, shape_.close_from_zero ? 0 : stream.local_id, stream.peer_id);
    stream.gone = true;
  }
}

void Transport::send(std::uint32_t command, std::uint32_t arg0, std::uint32_t arg1, std::string payload) {
  output_ += encode({command, arg0, arg1, std::move(payload)}, with_sums_);
}

}  // namespace storesweep::simdroid

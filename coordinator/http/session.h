// One connection of the server: heads, bodies, answers and event streams, one after the other, each in its
// bounds. Private to the server's own files.
#pragma once

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/optional.hpp>

#include <array>
#include <memory>
#include <string>

#include "coordinator/http/server_core.h"
#include "coordinator/http/stream.h"

namespace storesweep::http {

namespace beast = boost::beast;
namespace bhttp = boost::beast::http;

// One connection. Everything of it happens on the thread that serves the sockets, but for the handler's and
// the event source's own calls.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(Server::Core& core, tcp::socket socket, TlsContext tls);
  ~Session();

  void start();
  void refuse();
  // Ends it now when it is idle or a stream, else after the answer that is under way.
  void finish();
  void close();

 private:
  void read_head();
  void head_is_there(error_code error);
  void head_failed(error_code error);
  void admit();
  void ask_before_body();
  void take_body();
  Status take_head();
  void refuse_on_record(Response response, bool body_pending);
  void read_body();
  void body_is_there(error_code error);
  void run_handler();
  void respond(Response response, bool body_pending);
  void answered(error_code error, bool body_pending);
  void say_farewell();
  void linger();
  void start_stream(std::shared_ptr<EventSource> events);
  void watch_client();
  void next_events();
  void send_events(const Result<std::string>& events);
  void send_raw(std::string text);
  void release() {
    core_.body_bytes -= reserved_;
    reserved_ = 0;
  }

  Server::Core& core_;
  Stream stream_;
  beast::flat_buffer buffer_;
  boost::optional<bhttp::request_parser<bhttp::string_body>> parser_;
  bhttp::response<bhttp::string_body> response_;
  std::string raw_;  // what is written outside of a response
  RequestHead head_;
  Admission admission_;
  std::string remote_;
  std::size_t reserved_ = 0;  // bytes of core_.body_bytes that are ours
  std::size_t lingered_ = 0;
  bool idle_ = false;
  bool keep_alive_ = false;
  std::shared_ptr<EventSource> events_;
  std::unique_ptr<Cancel> gone_;  // of the client of an event stream
  std::array<char, 4096> scratch_;
};

}  // namespace storesweep::http

#include "worker/enrol.h"

#include <nlohmann/json.hpp>

#include "common/base/text.h"
#include "common/net/client.h"
#include "common/transport/keys.h"
#include "worker/config.h"

namespace storesweep::worker {
namespace {
using Json = nlohmann::ordered_json;
constexpr std::size_t kMaxAnswerBytes = 64u << 10;

// Both files of the identity, or those that are there.
Result<KeyPair> keys_of(const std::string& folder, const std::string& name) {
  const std::string file = folder + "/" + name + ".key";
  auto keys = read_key_pair(file);
  if (keys.ok() || keys.status().kind() != ErrorKind::kNotFound) return keys;
  TRY(make_identity(folder, name).status());
  return read_key_pair(file);
}

Status refusal(const net::Response& response) {
  const Json json = Json::parse(response.body, nullptr, false);
  const auto error = json.find("error");
  if (error == json.end() || !error->is_object() || !error->contains("message") ||
      !(*error)["message"].is_string())
    return corrupt("what answered is no coordinator (status " + std::to_string(response.status) + ")");
  return permission("the coordinator refused: " + (*error)["message"].get<std::string>());
}

// A single-quoted scalar; neither names nor keys nor addresses hold a quote.
std::string quoted(const std::string& text) { return "'" + text + "'"; }

Result<std::string> snippet(const Json& answer, const EnrolOptions& options, const std::string& name) {
  const auto key = answer.find("coordinator_public_key"), list = answer.find("addresses");
  const bool fits = key != answer.end() && key->is_string() && good_key(key->get_ref<const std::string&>()) &&
                    list != answer.end() && list->is_array() && !list->empty();
  if (!fits) return corrupt("the coordinator's answer lacks its key or its addresses");
  std::string addresses;
  for (const Json& one : *list) {
    const std::string address = one.is_string() ? one.get<std::string>() : "";
    if (!starts_with(address, "tcp://") || address.find_first_of("'\n\r") != std::string::npos)
      return corrupt("the coordinator's answer holds an address that is none");
    addresses += (addresses.empty() ? "" : ", ") + quoted(address);
  }
  return "name: " + quoted(name) + "\ncoordinator:\n  addresses: [" + addresses +
         "]\n  public_key: " + quoted(key->get<std::string>()) + "\nkey_folder: " + options.key_folder + "\n";
}
}  // namespace

std::string name_in(const std::string& token) {
  const std::size_t dot = token.rfind('.');
  const std::string name = dot == std::string::npos ? "" : token.substr(0, dot);
  return good_worker_name(name) ? name : "";
}

Result<std::string> enrol(const EnrolOptions& options, Random& random, const Deadline& deadline) {
  const std::string name = name_in(options.token);
  if (name.empty()) return invalid("--token: wanted what `storesweep workers enrol` printed: NAME.RANDOM");
  TRY_ASSIGN(const KeyPair keys, keys_of(options.key_folder, name));
  net::Options net;
  net.user_agent = "storesweep-worker";
  net.ca_file = options.ca_file;
  net::Client client(net, random);
  net::Request request;
  request.method = "POST";
  request.url = options.coordinator;
  while (!request.url.empty() && request.url.back() == '/') request.url.pop_back();
  request.url += "/api/v1/enrol";
  request.headers = {{"Content-Type", "application/json"}};
  request.body = Json({{"token", options.token}, {"public_key", keys.public_key}}).dump();
  request.max_bytes = kMaxAnswerBytes;
  TRY_ASSIGN(const net::Response response, client.request(request, deadline));
  if (response.status != 200) return refusal(response);
  const Json answer = Json::parse(response.body, nullptr, false);
  if (!answer.is_object()) return corrupt("the coordinator's answer is no JSON");
  return snippet(answer, options, name);
}

}  // namespace storesweep::worker

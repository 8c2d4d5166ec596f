// Whose a host is: third parties by the hosts of the SDK catalogue, an app's own by the name of its package;
// and whose a class of an app is, by the same catalogue. Who is neither stays unknown. Values that any thread
// may read.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "common/base/status.h"

namespace storesweep {

struct HostOwner {
  std::string name, company;  // of the SDK: 友盟统计, 友盟
};

class HostOwners {
 public:
  void add(std::string host, HostOwner owner) { by_host_[std::move(host)] = std::move(owner); }
  // By the longest suffix on a dotted boundary; null: nobody knows.
  const HostOwner* of(std::string_view host) const;
  bool empty() const { return by_host_.empty(); }
  void add_class(std::string prefix, HostOwner owner) { by_class_[std::move(prefix)] = std::move(owner); }
  // By the longest prefix on a dotted boundary; null: nobody knows.
  const HostOwner* of_class(std::string_view name) const;

 private:
  std::map<std::string, HostOwner, std::less<>> by_host_, by_class_;
};

// Of folder/sdks/catalogue.yaml, which load_sdks checks; of a folder without it, none.
Result<HostOwners> load_host_owners(const std::string& folder);

// "com.example.app" -> "example.com": the domain that a package is named after.
std::string own_domain(std::string_view package);
// The host is that domain or below it.
bool below_domain(std::string_view host, std::string_view domain);

}  // namespace storesweep

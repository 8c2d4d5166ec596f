// The name of the field whose value begins at a place of a text: "imei" before the 8 of {"imei":"86...},
// imei=86..., <imei>86..., X-Imei: 86.... Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace storesweep::traffic {

// The word before the separators before `at`; empty where other things stand there. Neither is looked for
// further than kFieldDistance and kMaxFieldBytes.
std::string_view field_before(std::string_view text, std::size_t at);
// Whether a field of this name carries what the keys say: lower-case letters and digits of the name begin or
// end with one ("userImei", "imei_md5").
bool names_one_of(std::string_view field, const std::vector<std::string>& keys);

}  // namespace storesweep::traffic

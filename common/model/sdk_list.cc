#include "common/model/sdk_list.h"

namespace storesweep {

bool version_shaped(std::string_view text) {
  return !text.empty() && text.size() <= kMaxSdkVersionBytes &&
         text.find_first_of("0123456789") != std::string_view::npos &&
         text.find_first_not_of("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-_+:") ==
             std::string_view::npos;
}

}  // namespace storesweep

#include "common/evidence/listing_json.h"

#include <gtest/gtest.h>

namespace storesweep {
namespace {

TEST(ListingJson, RoundTripAndRubbish) {
  Listing l;
  l.id = ListingId(7);
  l.store = "应用宝";
  l.package = "com.example";
  l.place = PlaceKind::kSite;
  l.permissions = {{"android.permission.CAMERA", "扫码"}};
  l.downloads = 5'000'000'000;
  std::string text = listing_to_json(l);
  auto back = listing_from_json_untrusted(text);
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(listing_to_json(*back), text);
  EXPECT_EQ(back->permissions.at(0).purpose, "扫码");
  EXPECT_FALSE(listing_from_json_untrusted("{\"store\":1}").ok());
  EXPECT_FALSE(listing_from_json_untrusted("[").ok());
}

}  // namespace
}  // namespace storesweep

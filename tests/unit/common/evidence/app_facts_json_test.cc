#include "common/evidence/app_facts_json.h"

#include <gtest/gtest.h>

namespace storesweep {
namespace {

TEST(AppFacts, ComeBackAsTheyWere) {
  AppFacts f{"com.a",  "1.0", 3,    {"甲", "A"}, true,     "com.a.Main", {"android.permission.CAMERA"},
             "某公司", true,  true, true,        "某加固", true,         {"android.permission.CAMERA"}};
  auto back = app_facts_from_json_untrusted(app_facts_to_json(f));
  ASSERT_TRUE(back.ok()) << back.status().text();
  EXPECT_EQ(*back, f);
}

TEST(AppFacts, AreCutAtTheirBounds) {
  AppFacts f;
  f.labels_read = true;
  f.labels.assign(kMaxAppFactsList + 1, std::string(kMaxAppFactsText + 9, 'x'));
  auto back = app_facts_from_json_untrusted(app_facts_to_json(f));
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(back->labels.size(), kMaxAppFactsList);
  EXPECT_EQ(back->labels[0].size(), kMaxAppFactsText);
  EXPECT_FALSE(back->labels_read);  // some are not there
}

TEST(AppFacts, RefusesWhatIsNone) {
  const std::string good = app_facts_to_json(AppFacts{});
  for (const std::string& bad : {std::string(), std::string("[]"), std::string("{}"), std::string(5000, '['),
                                 "{\"deep\":{\"a\":[[]]}," + good.substr(1)})
    EXPECT_FALSE(app_facts_from_json_untrusted(bad).ok()) << bad.substr(0, 40);
}

}  // namespace
}  // namespace storesweep

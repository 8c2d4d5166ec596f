// Secrets of a log-in stand in no record, however they are written, and no picture shows one.
#include "worker/observe/masking.h"

#include <gtest/gtest.h>

namespace storesweep::observe {
namespace {

std::string hidden(std::string text,
                   const std::vector<std::string>& secrets = {"p&ss \"w<1>'", "13800138000"}) {
  Masking(secrets).hide(text);
  return text;
}

TEST(Masking, HidesASecretAsXmlJsonUrlsAndBase64WriteIt) {
  EXPECT_EQ(hidden("phone 13800138000!"), "phone ******!");
  EXPECT_EQ(hidden(R"(text="p&amp;ss &quot;w&lt;1&gt;&apos;")"), R"(text="******")");
  EXPECT_EQ(hidden(R"(text="p&amp;ss &quot;w&lt;1&gt;'")"), R"(text="******")");
  EXPECT_EQ(hidden(R"(text='p&amp;ss "w&lt;1&gt;&apos;')"), R"(text='******')");
  EXPECT_EQ(hidden(R"({"p":"p&ss \"w<1>'"})"), R"({"p":"******"})");
  EXPECT_EQ(hidden("pw=p%26ss%20%22w%3C1%3E%27&x"), "pw=******&x");
  EXPECT_EQ(hidden("pw=p%26ss%20%22w%3c1%3e%27"), "pw=******");
  EXPECT_EQ(hidden("MTM4MDAxMzgwMDA="), "******");
  EXPECT_EQ(hidden("input text 'p&ss%s\"w<1>'"), "input text '******");
  EXPECT_EQ(hidden("1380013800"), "1380013800") << "a part of it is something else";
}

TEST(Masking, OfASecretInsideAnotherLeavesNoHalf) {
  EXPECT_EQ(hidden("secretlonger secret", {"secret", "secretlonger"}), "****** ******");
  EXPECT_EQ(hidden("nothing here", {}), "nothing here");
  EXPECT_EQ(hidden("nothing here", {""}), "nothing here");
}

}  // namespace
}  // namespace storesweep::observe

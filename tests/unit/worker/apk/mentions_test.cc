#include "worker/apk/mentions.h"

#include <gtest/gtest.h>

#include "tests/unit/worker/apk/apk_builder.h"
#include "tests/unit/worker/apk/code_builder.h"

namespace storesweep {
namespace {

TEST(Mentions, WholeConstantsOfAnyDexFileAndNothingElse) {
  // A dex file's strings are sorted: these come behind those of the builder.
  const std::string first = code_test::dex_of({.more_strings = {"xa.known.app", "xb.known.app.Main"}});
  const std::string second = code_test::dex_of({.more_strings = {"xc.known.app"}});
  const std::string apk = apk_test::zip_of({{"classes.dex", first},
                                            {"classes2.dex", second},
                                            {"assets/classes.txt", "xd.known.app"},
                                            {"classes3.dex", "xe.known.app, and no dex file"}});
  const ByteView view = as_bytes(apk);
  EXPECT_EQ(mentioned(std::span(&view, 1),
                      {"xa.known.app", "xb.known.app", "xc.known.app", "xd.known.app", "xe.known.app", "V"}),
            (std::set<std::string>{"xa.known.app", "xc.known.app", "V"}));
  const std::string broken = "no zip";
  const ByteView bytes = as_bytes(broken);
  EXPECT_TRUE(mentioned(std::span(&bytes, 1), {"xa.known.app"}).empty());
}

}  // namespace
}  // namespace storesweep

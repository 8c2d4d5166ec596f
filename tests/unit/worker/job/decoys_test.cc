#include "worker/job/decoys.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/unit/temporary_folder.h"

namespace storesweep::job {
namespace {

class DecoysTest : public ::testing::Test {
 protected:
  // A program that leaves FOLDER/PACKAGE.apk for each but those it cannot make, and notes what it was asked.
  std::string maker() {
    const std::string path = folder_ / "maker";
    const std::string script =
        "#!/bin/sh\nd=$1; shift\nfor p in \"$@\"; do\n  echo $p >> $d/asked\n"
        "  case $p in *.bad) echo no $p; exit 1;; esac\n  echo apk > $d/$p.apk\ndone\n";
    EXPECT_TRUE(write_file_durably(path, script, 0755).ok());
    return path;
  }
  DecoySet bring(const std::string& maker, const std::vector<std::string>& queries) {
    ApkFacts facts;
    facts.package = "com.example.app";
    facts.queries.packages = queries;
    return DecoyMaker({maker, folder_ / "decoys"}, rules_, system_).bring(facts, {}, Deadline::in_ms(20'000));
  }
  static std::vector<std::string> names(const DecoySet& set) {
    std::vector<std::string> out;
    for (const Decoy& d : set.decoys) out.push_back(d.package);
    return out;
  }

  storesweep::testing::TemporaryFolder folder_;
  const DecoyRules rules_{.always = {"com.always"}, .known = {}, .most = 3};
  const std::vector<std::string> system_ = {"com.android"};
};

TEST_F(DecoysTest, are_made_once_and_kept) {
  const std::string program = maker();
  const DecoySet first = bring(program, {"com.named", "../not.a.package", "com.android.vending"});
  EXPECT_EQ(names(first), (std::vector<std::string>{"com.always", "com.named"}));
  EXPECT_TRUE(first.lacking.empty()) << first.why;
  EXPECT_EQ(as_text(first.decoys[0].file.bytes()), "apk\n");
  bring(program, {"com.named"});
  EXPECT_EQ(*read_file(folder_ / "decoys/asked", 1000), "com.always\ncom.named\n");
}

TEST_F(DecoysTest, what_cannot_be_made_is_lacking_and_says_why) {
  const DecoySet some = bring(maker(), {"com.a", "com.named.bad"});
  EXPECT_EQ(names(some), (std::vector<std::string>{"com.always", "com.a"}));
  EXPECT_EQ(some.lacking, std::vector<std::string>{"com.named.bad"});
  EXPECT_NE(some.why.find("no com.named.bad"), std::string::npos) << some.why;
  const DecoySet none = bring("", {"com.other"});
  EXPECT_EQ(none.lacking, std::vector<std::string>{"com.other"}) << "what lies there is still of use";
  EXPECT_NE(none.why.find("no program"), std::string::npos) << none.why;
  const DecoySet many = bring(maker(), {"com.a", "com.b", "com.c", "com.d"});
  EXPECT_EQ(many.decoys.size(), 3U);
  EXPECT_EQ(many.lacking.size(), 2U) << "more than a run takes";
}

}  // namespace
}  // namespace storesweep::job

#include "worker/adb/install_output.h"

#include <gtest/gtest.h>

#include "common/base/text.h"
#include "tests/unit/corpus.h"
#include "worker/adb/install.h"

namespace storesweep::adb {
namespace {

std::string short_form(const InstallOutcome& o) {
  return std::string(install_blame_name(o.blame)) + " " + (o.reason.empty() ? "-" : o.reason);
}

// The text between lines of four dashes.
std::vector<std::string> blocks(const std::string& text) {
  std::vector<std::string> out(1);
  for (std::string_view line : lines(text)) {
    if (line == "----") {
      out.emplace_back();
    } else {
      out.back() += std::string(line) + "\n";
    }
  }
  return out;
}

TEST(InstallOutput, EveryFailureOfTheCorpusHasItsReasonAndBlame) {
  NEED_CORPUS();
  const std::vector<std::string> expected = {"needs INSTALL_FAILED_DEPRECATED_SDK_VERSION",
                                             "leftover INSTALL_FAILED_UPDATE_INCOMPATIBLE",
                                             "needs INSTALL_FAILED_NO_MATCHING_ABIS",
                                             "app INSTALL_PARSE_FAILED_NO_CERTIFICATES",
                                             "app INSTALL_FAILED_MISSING_SPLIT",
                                             "leftover INSTALL_FAILED_ALREADY_EXISTS",
                                             "app -",
                                             "unknown -",
                                             "unknown -"};
  std::vector<std::string> found;
  for (const std::string& block : blocks(corpus_text("adb/install_output.txt"))) {
    InstallOutcome outcome = parse_install_output(block);
    EXPECT_FALSE(outcome.success) << block;
    found.push_back(short_form(outcome));
  }
  EXPECT_EQ(found, expected);
}

TEST(InstallOutput, TheInstallsOfTheOldDeviceReadAsTheyWere) {
  NEED_CORPUS();
  std::vector<std::string> found;
  for (const std::string file :
       {"android-4.4.2/text/install.txt", "android-4.4.2/wire/09-install-failures.cli"}) {
    std::string block;
    const std::string text = corpus_text(file);
    for (std::string_view line : lines(text)) {
      if (line.find(" install") != std::string_view::npos && starts_with(line, "$ ")) block.clear();
      if (starts_with(line, "[rc=") && !block.empty())
        found.push_back(short_form(parse_install_output(block)));
      if (starts_with(line, "[rc=")) block.clear();
      if (!starts_with(line, "$ ")) block += std::string(line) + "\n";
    }
  }
  EXPECT_EQ(found, (std::vector<std::string>{
                       "nobody -", "nobody -", "nobody -", "nobody -", "nobody -",
                       "needs INSTALL_FAILED_OLDER_SDK", "app INSTALL_FAILED_INVALID_APK",
                       "app INSTALL_FAILED_INVALID_APK", "app INSTALL_FAILED_INVALID_APK", "unknown -",
                       "device INSTALL_FAILED_INVALID_URI", "unknown -", "unknown -"}));
}

TEST(InstallOutput, APackageManagerThatIsDownIsTheDevicesFault) {
  EXPECT_EQ(
      parse_install_output("android.os.DeadObjectException\nError: Could not access the Package Manager.  Is "
                           "the system running?\n")
          .blame,
      InstallBlame::kDevice);
  EXPECT_EQ(parse_install_output("Error: java.io.IOException: No space left on device").blame,
            InstallBlame::kDevice);
}

TEST(InstallOutput, AReasonThatATerminalWrappedIsJoined) {
  InstallOutcome outcome = parse_install_output(
      "Failure [INSTALL_FAILED_\r\nOLDER_SDK: Requires newer\r\nsdk "
      "version #34 (current version is #28) [base]]\r\n");
  EXPECT_EQ(outcome.reason, "INSTALL_FAILED_OLDER_SDK");
  EXPECT_EQ(outcome.detail, "Requires newer sdk version #34 (current version is #28) [base]");
}

TEST(InstallOutput, SilenceAndChatterAreNoOutcome) {
  for (std::string text : {"", "\tpkg: /data/local/tmp/a.apk\n", "Performing Streamed Install\n"}) {
    InstallOutcome outcome = parse_install_output(text);
    EXPECT_FALSE(outcome.success);
    EXPECT_EQ(outcome.blame, InstallBlame::kUnknown);
  }
}

TEST(InstallOutput, TheWordInsideAMessageIsNoSuccess) {
  EXPECT_FALSE(parse_install_output("Success story\n").success);
  EXPECT_FALSE(parse_install_output("Failure\nSuccess\n").success);
  EXPECT_TRUE(parse_install_output("\tpkg: /data/local/tmp/a.apk\r\nSuccess\r\n").success);
  EXPECT_TRUE(parse_install_output("Success: streamed 12 bytes\n").success);
}

TEST(InstallSession, IsTheNumberInBrackets) {
  EXPECT_EQ(parse_install_session("Success: created install session [1234]\n"), 1234u);
  EXPECT_FALSE(parse_install_session("Failure [INSTALL_FAILED_INTERNAL_ERROR]"));
  EXPECT_FALSE(parse_install_session("Success ]["));
  EXPECT_FALSE(parse_install_session("Success"));
}

TEST(PmPath, GivesTheBaseAndItsSplits) {
  EXPECT_EQ(parse_pm_path("package:/data/app/~~a==/x/base.apk\r\npackage:/data/app/~~a==/x/split.apk\r\n"),
            (std::vector<std::string>{"/data/app/~~a==/x/base.apk", "/data/app/~~a==/x/split.apk"}));
  EXPECT_TRUE(parse_pm_path("").empty());
  EXPECT_TRUE(parse_pm_path("android.os.DeadObjectException\npackage:\n").empty());
}

TEST(PackageNames, ThatAreWordsForTheShellAreRefused) {
  EXPECT_TRUE(valid_package_name("com.example_1.App"));
  for (std::string bad : {"", "a b", "a;b", "$(x)", "a..b", ".a", "a.", "a'b", "-r"}) {
    EXPECT_FALSE(valid_package_name(bad)) << bad;
  }
}

}  // namespace
}  // namespace storesweep::adb

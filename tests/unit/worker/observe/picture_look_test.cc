// Screens without text, read in pictures: by a program that answers as tesseract does, so that each way in
// which it fails can be had. The real one is held to in tests/integration/pictures.
#include "worker/observe/picture_look.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "common/base/file.h"
#include "common/evidence/names.h"
#include "common/rules/pack.h"
#include "tests/unit/temporary_folder.h"
#include "tests/unit/worker/device/fake_device.h"
#include "tests/unit/worker/observe/recorder_in.h"

namespace storesweep::observe {
namespace {

constexpr std::string_view kRows =
    "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n"
    "5\t1\t1\t1\t1\t1\t100\t300\t600\t40\t96\t请阅读并同意《隐私政策》\n"
    "5\t1\t1\t1\t2\t1\t100\t900\t120\t40\t96\t不同意\n"
    "5\t1\t1\t1\t2\t2\t600\t900\t200\t40\t96\t同意并继续\n";
constexpr std::string_view kPng{"\x89PNG\r\n\x1a\n", 8};

std::string surface(const std::string& text = "") {
  return "<?xml version='1.0'?><hierarchy rotation=\"0\"><node text=\"" + text +
         "\" class=\"io.flutter.FlutterView\" package=\"com.example.app\" bounds=\"[0,0][1080,1920]\"/>"
         "</hierarchy>";
}

class Phone : public device::FakeDevice {
 public:
  std::vector<std::pair<std::string, std::string>> says;  // part of a command -> output

  Result<device::ShellOutput> shell(std::string_view command, const Deadline& deadline) override {
    for (const auto& [part, out] : says) {
      if (command.find(part) == std::string_view::npos) continue;
      commands.emplace_back(command);
      return device::ShellOutput{.out = out};
    }
    return device::FakeDevice::shell(command, deadline);
  }
  int count(std::string_view part) const {
    int n = 0;
    for (const std::string& c : commands) n += c.find(part) != std::string::npos ? 1 : 0;
    return n;
  }
};

class PictureLooks : public ::testing::Test {
 protected:
  PictureLooks() {
    recorder_ = recorder_in(folder_.path(), key_, clock_);
    std::ofstream(folder_.path() + "/rows") << kRows;
    show(surface());
  }
  void show(const std::string& xml, const std::string& picture = "one",
            const std::string& focus = "com.example.app/.Main") {
    phone_.says = {{"uiautomator dump",
                    xml.empty() ? "ERROR: could not get idle state.\n1009.00 3000.10\n"
                                : "1006.00 3000.00\nUI hierchary dumped to: x\n1009.00 3000.10\n" + xml},
                   {"dumpsys window", "1009.10 3000.10\n  mCurrentFocus=Window{1 u0 " + focus + "}\n"},
                   {"screencap", std::string(kPng) + picture}};
  }
  // What a picture is answered with; `knows`: its languages.
  PictureReader& tool(const std::string& does, const std::string& knows = "chi_sim\\neng\\n") {
    const std::string program = folder_.path() + "/tool";
    std::ofstream(program)
        << "#!/bin/sh\ncase $1 in\n--version) echo 'tesseract 5.3.0';;\n--list-langs) printf '" << knows
        << "';;\n*) cat >/dev/null; echo >> " << folder_.path() << "/asked\n"
        << does << ";;\nesac\n";
    chmod(program.c_str(), 0755);
    reader_ = std::make_unique<PictureReader>(PictureOptions{program, 1});
    return *reader_;
  }
  PictureReader& good_tool() { return tool("cat " + folder_.path() + "/rows"); }
  ScreenWatcher watcher(PictureReader* reader, int screenshots = 10) {
    return ScreenWatcher({phone_, *recorder_, clock_, package_, reader}, phrases_, screenshots);
  }
  std::vector<Record> records(RecordKind kind, std::string_view name) {
    if (!journal_) {
      EXPECT_TRUE(recorder_->seal(true, "", key_).ok());
      journal_ = *read_journal_untrusted(as_bytes(*read_file(folder_.path() + "/journal", 1u << 26)));
    }
    std::vector<Record> out;
    for (const Record& r : journal_->records) {
      if (r.kind == kind && r.name == name) out.push_back(r);
    }
    return out;
  }
  std::size_t asked() const {
    const auto text = read_file(folder_.path() + "/asked", 1u << 20);
    return text.ok() ? text->size() : 0;
  }
  static Deadline soon() { return Deadline::in_ms(20'000); }

  storesweep::testing::TemporaryFolder folder_;
  SigningKey key_ = signing_key_from_seed({7});
  FakeClock clock_;
  Phone phone_;
  std::string package_ = "com.example.app";
  std::unique_ptr<Recorder> recorder_;
  std::unique_ptr<PictureReader> reader_;
  std::optional<Journal> journal_;
  RulePack pack_ = *load_rule_pack(std::string(std::getenv("STORESWEEP_SOURCE")) + "/rules");
  android::PhraseBook phrases_{pack_.phrases};
};

TEST_F(PictureLooks, ADrawnDialogIsReadAndRecordedOnceWithItsPicture) {
  ScreenWatcher w = watcher(&good_tool());
  auto look = w.look(soon());
  ASSERT_TRUE(look.ok());
  EXPECT_TRUE(look->readable && look->from_picture);
  EXPECT_EQ(look->screen.kind, android::ScreenKind::kConsent);
  ASSERT_TRUE(look->screen.find(android::Role::kAgree));
  EXPECT_EQ(look->screen.find(android::Role::kAgree)->bounds, (android::Bounds{600, 900, 800, 940}));
  const std::size_t once = asked();
  ASSERT_TRUE(w.look(soon())->from_picture);
  EXPECT_EQ(asked(), once) << "the same picture is not read twice";
  show(surface(), "two");
  ASSERT_TRUE(w.look(soon())->from_picture);
  EXPECT_GT(asked(), once);
  const auto read = records(RecordKind::kRaw, record_name::kPictureText);
  ASSERT_EQ(read.size(), 1u) << "the same words of the same screen are no news";
  const auto reading = android::parse_picture_record(read[0].data);
  ASSERT_TRUE(reading.ok());
  EXPECT_EQ(reading->tool, "tesseract 5.3.0");
  EXPECT_EQ(reading->languages, "chi_sim+eng");
  EXPECT_EQ(reading->hierarchy, sha256(surface()));
  const auto pictures = records(RecordKind::kBlob, record_name::kScreenshot);
  ASSERT_EQ(pictures.size(), 1u);
  EXPECT_EQ(pictures[0].sha256, reading->screenshot);
}

TEST_F(PictureLooks, AfterAnActionTheSameWordsAreNewsButNotThePicture) {
  ScreenWatcher w = watcher(&good_tool());
  ASSERT_TRUE(w.look(soon())->from_picture);
  w.acted();
  ASSERT_TRUE(w.look(soon())->from_picture);
  EXPECT_EQ(records(RecordKind::kRaw, record_name::kPictureText).size(), 2u);
  EXPECT_EQ(records(RecordKind::kBlob, record_name::kScreenshot).size(), 1u);
}

TEST_F(PictureLooks, NoPictureIsTakenWhereTheTreeHasWordsOrBelongsToAnother) {
  PictureReader& reader = good_tool();
  ScreenWatcher w = watcher(&reader);
  show(
      "<?xml version='1.0'?><hierarchy rotation=\"0\"><node text=\"今日推荐\" class=\"t\" "
      "package=\"com.example.app\" bounds=\"[0,0][1080,1920]\"/></hierarchy>");
  EXPECT_FALSE(w.look(soon())->from_picture);
  show(
      "<?xml version='1.0'?><hierarchy rotation=\"0\"><node text=\"\" class=\"t\" package=\"com.other\" "
      "bounds=\"[0,0][1080,1920]\"/></hierarchy>");
  EXPECT_FALSE(w.look(soon())->from_picture);
  EXPECT_EQ(phone_.count("screencap"), 0);
  show(surface(), "one", "com.android.permissioncontroller/.Grant");
  EXPECT_FALSE(w.look(soon())->from_picture) << "something else stands before it";
  show(surface(), "one", "Application Not Responding: com.example.app");
  EXPECT_FALSE(w.look(soon())->from_picture);
  EXPECT_EQ(asked(), 0u);
}

TEST_F(PictureLooks, AScreenThatNeverRestsIsReadAndStaysNotIdle) {
  show("");
  ScreenWatcher w = watcher(&good_tool());
  auto look = w.look(soon());
  ASSERT_TRUE(look.ok());
  EXPECT_TRUE(look->readable && look->from_picture);
  EXPECT_EQ(look->screen.kind, android::ScreenKind::kConsent);
  ASSERT_EQ(records(RecordKind::kFailed, record_name::kHierarchy).size(), 1u);
  EXPECT_EQ(records(RecordKind::kFailed, record_name::kHierarchy)[0].reason, "NOT_IDLE");
  const auto read = records(RecordKind::kRaw, record_name::kPictureText);
  ASSERT_EQ(read.size(), 1u);
  EXPECT_FALSE(android::parse_picture_record(read[0].data)->hierarchy);
  EXPECT_EQ(records(RecordKind::kBlob, record_name::kScreenshot).size(), 1u);
}

TEST_F(PictureLooks, WithoutTheProgramOrALanguageTheReasonIsToldOnceAndTheScreenStaysBlind) {
  PictureReader none({"/nonexistent/tesseract", 1});
  ScreenWatcher w = watcher(&none);
  for (int i = 0; i < 2; ++i) {
    auto look = w.look(soon());
    ASSERT_TRUE(look.ok());
    EXPECT_FALSE(look->from_picture);
    EXPECT_EQ(look->screen.kind, android::ScreenKind::kBlind);
  }
  ScreenWatcher poor = watcher(&tool("true", "eng\\n"));
  EXPECT_FALSE(poor.look(soon())->from_picture);
  PictureReader off({"", 1});
  ScreenWatcher without = watcher(&off);
  EXPECT_FALSE(without.look(soon())->from_picture);
  const auto failed = records(RecordKind::kFailed, record_name::kPictureText);
  ASSERT_EQ(failed.size(), 3u);
  for (const Record& r : failed) EXPECT_EQ(r.reason, "NOT_CALIBRATED");
  EXPECT_NE(failed[0].data.find("install tesseract-ocr"), std::string::npos) << failed[0].data;
  EXPECT_NE(failed[1].data.find("chi_sim"), std::string::npos) << failed[1].data;
  EXPECT_EQ(phone_.count("screencap"), 0);
}

TEST_F(PictureLooks, AToolThatFailsFloodsOrHangsTakesNothingButTheReading) {
  ScreenWatcher bad = watcher(&tool("exit 3"));
  auto look = bad.look(soon());
  ASSERT_TRUE(look.ok());
  EXPECT_EQ(look->screen.kind, android::ScreenKind::kBlind);
  ScreenWatcher flood = watcher(&tool("yes 0123456789012345678901234567890123456789012345678901234567890"));
  ASSERT_TRUE(flood.look(soon()).ok());
  ScreenWatcher hangs = watcher(&tool("exec sleep 60"));
  ASSERT_TRUE(hangs.look(Deadline::in_ms(1'500)).ok());
  const auto failed = records(RecordKind::kFailed, record_name::kPictureText);
  ASSERT_EQ(failed.size(), 3u);
  EXPECT_EQ(failed[0].reason, "HOOK_DEAD");
  EXPECT_EQ(failed[1].reason, "HOOK_DEAD");
  EXPECT_EQ(failed[2].reason, "TIMEOUT");
  EXPECT_TRUE(records(RecordKind::kRaw, record_name::kPictureText).empty());
}

TEST_F(PictureLooks, AReadingWithoutWordsLeavesTheScreenBlindAndIsRecorded) {
  ScreenWatcher w = watcher(&tool("true"));
  auto look = w.look(soon());
  ASSERT_TRUE(look.ok());
  EXPECT_FALSE(look->from_picture);
  EXPECT_EQ(look->screen.kind, android::ScreenKind::kBlind);
  EXPECT_EQ(records(RecordKind::kRaw, record_name::kPictureText).size(), 1u);
}

TEST_F(PictureLooks, OnceASecretMayStandOnTheScreenAndBeyondTheBoundNoPictureIsRead) {
  ScreenWatcher w = watcher(&good_tool(), 1);
  for (const char* picture : {"one", "two", "three"}) {
    show(surface(), picture);
    w.acted();
    ASSERT_TRUE(w.look(soon()).ok());
  }
  ScreenWatcher secret = watcher(reader_.get());
  secret.read_no_pictures("a log-in types");
  EXPECT_FALSE(secret.look(soon())->from_picture);
  EXPECT_EQ(records(RecordKind::kRaw, record_name::kPictureText).size(), 2u) << "two for each screenshot";
  const auto failed = records(RecordKind::kFailed, record_name::kPictureText);
  ASSERT_EQ(failed.size(), 2u);
  EXPECT_EQ(failed[0].reason, "TIMEOUT");
  EXPECT_EQ(failed[1].reason, "NOT_CALIBRATED");
}

TEST_F(PictureLooks, GivingUpARunEndsTheTool) {
  Cancel cancel;
  cancel.cancel();
  EXPECT_EQ(tool("exec sleep 60").read(std::string(kPng), Deadline::in_ms(60'000, &cancel)).status().kind(),
            ErrorKind::kCancelled);
}

}  // namespace
}  // namespace storesweep::observe

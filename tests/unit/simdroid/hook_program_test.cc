// What stands for a pushed frida-inject on a simulated device: where it is found, and what it refuses.
#include "tests/unit/simdroid/bench_device.h"

namespace storesweep::simdroid {
namespace {

constexpr const char* kProgram = "/data/local/tmp/x/frida-inject";

class HookProgramTest : public ::testing::Test {
 protected:
  void push(std::uint32_t mode) {
    static_cast<void>(device_->files().make_folder("/data/local/tmp/x", 0755, kShellUid, 0));
    for (const char* name : {"frida-inject", "hooks.js"}) {
      const auto content = device_->shared("x");
      EXPECT_TRUE(
          device_->files().write(std::string("/data/local/tmp/x/") + name, content, mode, kShellUid, 0).ok());
    }
  }
  BenchDevice device_{28};
};

TEST_F(HookProgramTest, IsWhatWasPushedUnderThatNameAndMayBeExecuted) {
  EXPECT_EQ(device_.run(std::string(kProgram) + " --version").code, 127);
  push(0644);
  EXPECT_EQ(device_.run(std::string(kProgram) + " --version").code, 127);
  device_.run("chmod 755 " + std::string(kProgram));
  EXPECT_EQ(device_.out(std::string(kProgram) + " --version"), "0.0.0\n") << "no version of a real one";
  EXPECT_EQ(device_.run("frida-inject --version").code, 127) << "it is no command of the device";
}

TEST_F(HookProgramTest, NeedsRootAScriptAndAProcess) {
  push(0755);
  const auto start = [&](const std::string& script) {
    return device_.out(std::string(kProgram) + " -p 4711 -s /data/local/tmp/x/" + script);
  };
  EXPECT_NE(start("none.js").find("No such file"), std::string::npos);
  EXPECT_NE(start("hooks.js").find("system restrictions"), std::string::npos);
  device_->restart_adbd(true);
  device_.wait_ms(5'000);
  EXPECT_NE(start("hooks.js").find("Unable to find process"), std::string::npos);
}

}  // namespace
}  // namespace storesweep::simdroid

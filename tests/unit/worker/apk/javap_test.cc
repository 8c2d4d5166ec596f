// What we read of the class files of Debian's own jars against what javap prints of them.
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>

#include "common/base/child.h"
#include "common/base/file.h"
#include "common/base/text.h"
#include "tests/unit/temporary_folder.h"
#include "tests/unit/worker/apk/dex_corpus.h"
#include "worker/apk/class_code.h"
#include "worker/apk/class_file.h"

namespace storesweep {
namespace {
using apk::ClassFile;

// One after the other: the method's descriptor, then "invokevirtual #7" -> how often.
using Methods = std::vector<std::pair<std::string, std::map<std::string, int>>>;

Methods methods_of_ours(const ClassFile& file) {
  static const char* const kNames[] = {"invokevirtual", "invokespecial", "invokestatic", "invokeinterface",
                                       "invokedynamic"};
  Methods out;
  for (const apk::ClassMember& m : file.methods()) {
    auto& calls = out.emplace_back(std::string(m.descriptor), std::map<std::string, int>()).second;
    const apk::JvmCode code(m.code);
    for (std::size_t i = 0; i < code.size(); i = code.next(i)) {
      const int op = code.u8(i) - apk::jvm::kInvokeVirtual;
      if (op >= 0 && op < 5) ++calls[std::string(kNames[op]) + " #" + std::to_string(code.u16(i + 1))];
    }
  }
  return out;
}

// path -> its methods, by "Classfile PATH", "descriptor:" and "12: invokestatic  #7  // Method ...".
std::map<std::string, Methods> methods_of_javap(const std::string& text) {
  std::map<std::string, Methods> out;
  Methods* now = nullptr;
  for (std::string_view line : lines(text)) {
    const std::string_view plain = trim(line);
    if (starts_with(plain, "Classfile ")) now = &out[std::string(plain.substr(10))];
    if (starts_with(plain, "descriptor: (") && now != nullptr)
      now->emplace_back(std::string(plain.substr(12)), std::map<std::string, int>());
    const auto parts = words(plain);
    if (parts.size() >= 3 && starts_with(parts[1], "invoke") && ends_with(parts[0], ":") && now != nullptr) {
      std::string reference(parts[2]);
      if (ends_with(reference, ",")) reference.pop_back();
      ++now->back().second[std::string(parts[1]) + " " + reference];
    }
  }
  return out;
}

TEST(DebianJars, EveryCallIsTheOneThatJavapShowsMethodByMethod) {
  constexpr std::size_t kMaxClassesOfAJar = 400;
  int classes = 0, methods = 0, calls = 0, dynamic = 0, jars = 0;
  for (const char* name : {"jcommander", "guava", "dexlib2", "antlr3-runtime", "commons-io", "apksigner"}) {
    const std::string jar = std::string("/usr/share/java/") + name + ".jar";
    if (!std::filesystem::exists(jar)) continue;
    ++jars;
    storesweep::testing::TemporaryFolder folder;
    const std::string bytes = file_text(jar);
    const auto zip = apk::ZipArchive::open(as_bytes(bytes));
    ASSERT_TRUE(zip.ok()) << zip.status().text();
    std::map<std::string, Methods> ours;
    std::vector<std::string> command = {"javap", "-sysinfo", "-s", "-c", "-p"};
    for (const apk::ZipEntry& entry : zip->entries()) {
      if (!ends_with(entry.name, ".class") || ours.size() == kMaxClassesOfAJar) continue;
      auto content = zip->read(entry, 16u << 20);
      ASSERT_TRUE(content.ok());
      auto file = ClassFile::parse(*content);
      ASSERT_TRUE(file.ok()) << entry.name << ": " << file.status().text();
      command.push_back(folder / (std::to_string(ours.size()) + ".class"));
      ASSERT_TRUE(write_file_durably(command.back(), as_text(*content)).ok());
      ours[command.back()] = methods_of_ours(*file);
    }
    auto shown = run_child({.command = command}, "", 1u << 28, Deadline::in_ms(240'000));
    ASSERT_TRUE(shown.ok() && shown->exit_code == 0) << name;
    const auto theirs = methods_of_javap(shown->out);
    ASSERT_EQ(ours.size(), theirs.size()) << name;
    for (const auto& [path, own] : ours) {
      EXPECT_TRUE(own == theirs.at(path)) << name << " " << path;
      ++classes;
      methods += static_cast<int>(own.size());
      for (const auto& [descriptor, called] : own) {
        for (const auto& [what, n] : called) {
          calls += n;
          if (starts_with(what, "invokedynamic")) dynamic += n;
        }
      }
    }
  }
  if (jars == 0) GTEST_SKIP() << "no jars in /usr/share/java";
  std::printf("%d jars, %d classes, %d methods, %d calls (%d dynamic) as javap shows them\n", jars, classes,
              methods, calls, dynamic);
  EXPECT_GT(calls, 5000);
}

}  // namespace
}  // namespace storesweep

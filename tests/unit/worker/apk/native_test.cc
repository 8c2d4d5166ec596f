// Native libraries against what readelf prints of them: those of the JDK, which export JNI names.
#include "worker/apk/native.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "common/base/child.h"
#include "common/base/text.h"
#include "tests/unit/worker/apk/dex_corpus.h"

namespace storesweep::apk {
namespace {

NativeLibrary as_readelf_tells(const std::string& path) {
  NativeLibrary out;
  auto shown = run_child({.command = {"readelf", "-W", "-d", "--dyn-syms", path}}, "", 1u << 28,
                         Deadline::in_ms(60'000));
  EXPECT_TRUE(shown.ok() && shown->exit_code == 0) << path;
  for (std::string_view line : lines(shown->out)) {
    const auto parts = words(line);
    const auto bracket = line.find('[');
    const bool quoted = bracket != std::string_view::npos && line.back() == ']';
    const std::string name(quoted ? line.substr(bracket + 1, line.size() - bracket - 2) : "");
    if (line.find("(NEEDED)") != std::string_view::npos) out.needed.push_back(name);
    if (line.find("(SONAME)") != std::string_view::npos) out.soname = name;
    // Num: Value Size Type Bind Vis Ndx Name
    if (parts.size() < 8 || parts[6] == "UND" || !ends_with(parts[0], ":")) continue;
    const std::string_view symbol = parts[7].substr(0, parts[7].find('@'));
    if (starts_with(symbol, "Java_")) out.jni_exports.emplace_back(symbol);
    out.jni_on_load |= symbol == "JNI_OnLoad";
  }
  std::ranges::sort(out.jni_exports);
  return out;
}

TEST(NativeLibraries, AreReadAsReadelfReadsThem) {
  int files = 0;
  std::size_t exports = 0;
  for (const auto& e : std::filesystem::directory_iterator("/usr/lib/jvm/java-17-openjdk-amd64/lib")) {
    if (e.path().extension() != ".so") continue;
    const std::string bytes = file_text(e.path());
    auto library = read_native_library(as_bytes(bytes));
    ASSERT_TRUE(library.ok()) << e.path() << library.status().text();
    NativeLibrary wanted = as_readelf_tells(e.path());
    wanted.abi = library->abi;
    EXPECT_TRUE(*library == wanted) << e.path();
    ++files;
    exports += library->jni_exports.size();
  }
  if (files == 0) GTEST_SKIP() << "no JDK 17 here";
  std::printf("%d libraries, %zu JNI exports as readelf shows them\n", files, exports);
  EXPECT_GT(exports, 100u);
}

TEST(NativeLibraries, GarbageIsRefused) {
  EXPECT_EQ(read_native_library(as_bytes("")).status().kind(), ErrorKind::kCorrupt);
  EXPECT_EQ(
      read_native_library(as_bytes(std::string("\x7f") + "ELF" + std::string(60, '\2'))).status().kind(),
      ErrorKind::kCorrupt);
}

TEST(NativeLibraries, AJniNameTellsItsClass) {
  EXPECT_EQ(jni_class("Java_com_foo_Bar_baz"), "com.foo.Bar");
  EXPECT_EQ(jni_class("Java_com_foo_1x_Bar_baz__ILjava_lang_String_2"), "com.foo_x.Bar");
  EXPECT_EQ(jni_class("Java_com_foo_Bar_00024Baz_run"), "com.foo.Bar$Baz");
  EXPECT_EQ(jni_class("Java_x"), "");
  EXPECT_EQ(jni_class("JNI_OnLoad"), "");
}

}  // namespace
}  // namespace storesweep::apk

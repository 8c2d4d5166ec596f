// Any bytes as a privacy policy, plain and HTML, under the real words. What comes out keeps to its text.
#include "common/policy/policy.h"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "common/base/bytes.h"
#include "common/rules/pack.h"
#include "common/rules/policy_phrases.h"

using namespace storesweep;

namespace {
const policy::Book& book() {
  static const policy::Book kBook = [] {
    const char* source = std::getenv("STORESWEEP_SOURCE");
    auto phrases = load_policy_phrases(std::string(source ? source : ".") + "/rules");
    if (!phrases.ok()) std::abort();
    return policy::Book(*phrases);
  }();
  return kBook;
}

void require(bool holds) {
  if (!holds) std::abort();
}
void within(policy::Span s, std::size_t size) { require(s.begin <= s.end && s.end <= size); }
}  // namespace

std::vector<std::string> fuzz_seeds() {
  return {
      "隐私政策\n我们会收集您的位置信息、IMEI，每30秒一次，包括在后台。我们不会读取您的通讯录。\n一、我们收集"
      "的信息\n设备信息：MAC地址；\n"
      "1) 相机权限：用于扫码。您可以在设置中关闭个性化推荐。本应用会自启动。",
      "<html><title>Privacy Policy</title><h1>Privacy Policy</h1><p>We collect your location &amp; contacts, "
      "you can opt out.</p><table><tr><th>SDK name<th>Company<th>Data collected</tr><tr><td rowspan=2>Foo "
      "SDK<td>"
      "Foo Ltd.<td>IMEI<tr><td colspan=3>Bar</table><script>x</script>",
      "| SDK名称 | 公司 | 收集的信息 | 目的 |\n|---|---|---|---|\n| 甲SDK | 甲公司 | IMEI、MAC | 统计 |\n",
      "第三方SDK目录\n您好，您\nSDK名称：乙SDK\n公司：乙有限公司\n收集信息：Android "
      "ID\n链接：https://b.example/p\n"};
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (const auto d = policy::read_document_untrusted(as_text(ByteView(data, size))); d.ok()) {
    for (const policy::Block& b : d->blocks) {
      within(b.span, d->text.size());
      for (policy::Span c : b.cells) within(c, d->text.size());
    }
  }
  const auto p = policy::read_policy_untrusted(as_text(ByteView(data, size)), book());
  if (!p.ok()) return 0;
  require(p->recognised || (p->statements.empty() && p->sdks.empty()));
  for (const policy::Statement& s : p->statements) within(s.where, p->text.size());
  for (const policy::SdkRow& r : p->sdks) within(r.where, p->text.size());
  require(p->statements.size() <= policy::kMaxStatements && p->sdks.size() <= policy::kMaxSdkRows);
  require(!policy::policy_to_json(*p).empty());
  return 0;
}

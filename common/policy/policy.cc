#include "common/policy/policy.h"

#include <algorithm>

#include "common/policy/reader.h"

namespace storesweep::policy {
namespace {

// Statements of the kind and of every wider word that may mean it.
template <class Test>
bool any_on(const Policy& policy, std::string_view kind, Test test) {
  auto means = [&](const std::string& id) {
    if (id == kind) return true;
    const auto wider = std::ranges::find(policy.wider, id, &Policy::Wider::id);
    return wider != policy.wider.end() && std::ranges::find(wider->covers, kind) != wider->covers.end();
  };
  return std::ranges::any_of(policy.statements, [&](const Statement& s) { return means(s.kind) && test(s); });
}

}  // namespace

bool Policy::declares(std::string_view kind) const {
  return any_on(*this, kind, [](const Statement& s) { return s.said == Said::kDeclared; });
}
bool Policy::mentions(std::string_view kind) const {
  return any_on(*this, kind, [](const Statement&) { return true; });
}
bool Policy::tells_background(std::string_view kind) const {
  return any_on(*this, kind, [](const Statement& s) { return s.background && s.said != Said::kDenied; });
}

Result<Policy> read_policy_untrusted(std::string_view bytes, const Book& book) {
  TRY_ASSIGN(Document document, read_document_untrusted(bytes));
  Policy out;
  for (const KindWords& k : book.kinds) {
    if (!k.covers.empty()) out.wider.push_back({k.id, k.covers});
  }
  out.recognised = recognise(document, book);
  if (out.recognised) {
    read_statements(document, book, out);
    read_topics(document, book, out);
    read_imprint(document, book, out);
  }
  out.text = std::move(document.text);
  return out;
}

}  // namespace storesweep::policy

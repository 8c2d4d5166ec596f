#include "common/policy/policy.h"

#include <algorithm>

#include "common/policy/reader.h"

namespace storesweep::policy {
namespace {

bool covers(const Policy& policy, std::string_view wide, std::string_view kind) {
  const auto wider = std::ranges::find(policy.wider, wide, &Policy::Wider::id);
  return wider != policy.wider.end() && std::ranges::find(wider->covers, kind) != wider->covers.end();
}

// The first statement of the kind, of a wider word that may mean it, or of one that it may mean.
template <class Test>
const Statement* first_on(const Policy& policy, std::string_view kind, Test test) {
  const auto at = std::ranges::find_if(policy.statements, [&](const Statement& s) {
    return test(s) && (s.kind == kind || covers(policy, s.kind, kind) || covers(policy, kind, s.kind));
  });
  return at == policy.statements.end() ? nullptr : &*at;
}

}  // namespace

bool Policy::declares(std::string_view kind) const {
  return first_on(*this, kind, [](const Statement& s) { return s.said == Said::kDeclared; }) != nullptr;
}
bool Policy::mentions(std::string_view kind) const {
  return first_on(*this, kind, [](const Statement&) { return true; }) != nullptr;
}
std::optional<Span> Policy::background_place(std::string_view kind) const {
  const Statement* s =
      first_on(*this, kind, [](const Statement& one) { return one.background && one.said != Said::kDenied; });
  return s ? std::optional(s->where) : std::nullopt;
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

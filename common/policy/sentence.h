// One sentence of a policy: which kinds it names, and whether it says that they are collected, that they are
// not, or neither. Pure.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "common/policy/document.h"
#include "common/policy/phrases.h"

namespace storesweep::policy {

enum class Said : std::uint8_t { kDeclared, kDenied, kMentioned };
std::string_view said_name(Said said);  // declared

// What the sentences before bring along: of a list whose lead-in ended with a colon, what that said.
struct Lead {
  bool any = false;
  Said said = Said::kMentioned;
  bool of_sdk = false;
  bool ours = false;  // it stands where we tell what we do
  bool no = false;    // it stands where we tell what we do not
};

// What stands between semicolons.
struct SentencePart {
  std::uint32_t begin = 0;
  bool background = false;      // what it says is done in the background too
  bool not_background = false;  // and denies it
};

struct KindSaid {
  std::uint16_t kind = 0;  // number in the book
  Said said = Said::kMentioned;
  std::uint32_t part = 0;
};

struct SentenceSaid {
  std::vector<KindSaid> kinds;
  Lead leads;         // what it passes on to a list
  bool verb = false;  // it says itself that something is done
  bool us = false;    // we do it
  std::vector<SentencePart> parts;
};

// The sentence in its normal form.
SentenceSaid read_sentence(std::string_view normal_text, const Book& book, const Lead& lead);

// The sentences of a paragraph.
std::vector<Span> sentences(std::string_view text, Span paragraph);

}  // namespace storesweep::policy

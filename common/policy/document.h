// A document, plain or HTML, as what a reader sees of it: one text, and which parts of it are headings,
// paragraphs, items of lists and rows of tables. HTML is read as it comes, well-formed or not; scripts and
// styles are left out, what styles hide is not known. Pure; safe for concurrent use; spans are of the text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/status.h"

namespace storesweep::policy {

inline constexpr std::size_t kMaxDocumentBytes = std::size_t{8} << 20;
inline constexpr std::size_t kMaxBlocks = 200'000;
inline constexpr std::size_t kMaxCells = 40;  // of a row

struct Span {
  std::uint32_t begin = 0, end = 0;
  bool operator==(const Span&) const = default;
  std::string_view of(std::string_view text) const { return text.substr(begin, end - begin); }
};

enum class BlockKind : std::uint8_t { kHeading, kText, kItem, kRow };

// The weakest heading: a short line that nothing but its shortness tells from a paragraph.
inline constexpr int kWeakHeading = 9;

struct Block {
  BlockKind kind = BlockKind::kText;
  int level = 0;            // of a heading: 1 is the highest
  std::uint32_t table = 0;  // of a row
  Span span;                // without the mark of a heading or item
  std::vector<Span> cells;  // of a row; one that reaches over several rows stands in each
};

struct Document {
  std::string text;
  std::vector<Block> blocks;
};

// kExhausted when it is larger than the bounds, kInvalid when it is no UTF-8 text.
Result<Document> read_document_untrusted(std::string_view bytes);

// What a line's beginning says of it. Pure.
struct LineShape {
  BlockKind kind = BlockKind::kText;
  int level = 0;
  std::size_t mark_bytes = 0;
};
LineShape line_shape(std::string_view line);

// The document's text and blocks as they grow: for the readers of both forms.
class DocumentWriter {
 public:
  bool full() const { return out_.blocks.size() >= kMaxBlocks; }
  // A paragraph, item or heading by its shape; `kind` and `level` where the markup says so.
  void block(std::string_view content, BlockKind kind = BlockKind::kText, int level = 0);
  Span cell(std::string_view content);  // into the text; its row comes later
  void row(std::vector<Span> cells, std::uint32_t table);
  Document take() { return std::move(out_); }

 private:
  Span append(std::string_view content);
  Document out_;
};

void read_plain(std::string_view text, DocumentWriter& out);
void read_html(std::string_view text, DocumentWriter& out);

}  // namespace storesweep::policy

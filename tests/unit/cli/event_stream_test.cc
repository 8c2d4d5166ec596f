#include "cli/event_stream.h"

#include <gtest/gtest.h>

#include <vector>

namespace storesweep::cli {
namespace {

TEST(EventParser, ReadsEventsHoweverTheyAreCut) {
  const std::string stream =
      ": alive\n\nid: 1\nevent: ended\ndata: {\"a\":1}\n\nid: 2\r\ndata: x\r\ndata: y\r\n\r\n";
  for (std::size_t step = 1; step < stream.size(); ++step) {
    EventParser parser;
    std::vector<StreamEvent> all;
    for (std::size_t at = 0; at < stream.size(); at += step) {
      EXPECT_TRUE(parser.feed(std::string_view(stream).substr(at, step),
                              [&](const StreamEvent& e) { all.push_back(e); }));
    }
    ASSERT_EQ(all.size(), 2u) << step;
    EXPECT_EQ(all[0].kind, "ended");
    EXPECT_EQ(all[0].data, "{\"a\":1}");
    EXPECT_EQ(all[1].id, "2");
    EXPECT_EQ(all[1].kind, "");
    EXPECT_EQ(all[1].data, "x\ny");
  }
}

TEST(EventParser, RefusesAnEventWithoutAnEnd) {
  EventParser parser;
  EXPECT_FALSE(parser.feed(std::string(EventParser::kMaxEventBytes + 1, 'x'), [](const StreamEvent&) {}));
}

}  // namespace
}  // namespace storesweep::cli

#include "common/traffic/sockets.h"

#include <gtest/gtest.h>

namespace storesweep::traffic {
namespace {

constexpr const char* kHeader =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";

std::string line(int number, int local, int remote, int uid, const std::string& state = "01",
                 const std::string& address = "0100007F") {
  char out[256];
  std::snprintf(out, sizeof out,
                "%4d: %s:%04X %s:%04X %s 00000000:00000000 00:00000000 00000000 %5d        0 30001 1 "
                "0000000000000000\n",
                number, address.c_str(), static_cast<unsigned>(local), address.c_str(),
                static_cast<unsigned>(remote), state.c_str(), uid);
  return out;
}
constexpr const char* kMapped = "0000000000000000FFFF00000100007F";

TEST(Sockets, PortsStateAndOwnerAreReadOfBothFamilies) {
  const auto all =
      parse_sockets(kHeader + line(0, 50'000, 8080, 10'101) + line(1, 50'001, 8080, 0, "06", kMapped));
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0], (Socket{50'000, 8080, 1, 10'101}));
  EXPECT_EQ(all[1], (Socket{50'001, 8080, 6, 0}));
}

TEST(Sockets, OnlyEstablishedConnectionsToThePortAreKept) {
  const std::string wanted = line(2, 50'002, 8080, 10'101);
  const std::string table = kHeader + line(0, 8080, 50'002, 0) + line(1, 50'003, 8080, 10'101, "08") +
                            wanted + line(3, 50'004, 443, 10'101);
  EXPECT_EQ(lines_to_port(table, 8080), wanted);
}

TEST(Sockets, TheSocketThatWasNotThereBeforeIsTheHeldConnection) {
  SocketOwners owners;
  EXPECT_EQ(owners.take(line(0, 50'000, 8080, 10'101)), 10'101);
  EXPECT_EQ(owners.take(line(0, 50'000, 8080, 10'101) + line(1, 50'001, 8080, 10'050)), 10'050);
}

TEST(Sockets, NobodyIsNamedWhenSeveralAppsCameAtOnceOrNoneIsSeen) {
  SocketOwners owners;
  EXPECT_FALSE(owners.take(line(0, 50'000, 8080, 10'101) + line(1, 50'001, 8080, 10'050)));
  EXPECT_FALSE(owners.take(line(0, 50'000, 8080, 10'101)));
  EXPECT_FALSE(owners.take(""));
}

TEST(Sockets, SeveralConnectionsOfOneAppAreItsOwn) {
  SocketOwners owners;
  EXPECT_EQ(owners.take(line(0, 50'000, 8080, 10'101) + line(1, 50'001, 8080, 10'101)), 10'101);
}

}  // namespace
}  // namespace storesweep::traffic

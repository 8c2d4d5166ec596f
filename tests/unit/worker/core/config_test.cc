#include "worker/config.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "common/base/file.h"
#include "common/base/text.h"
#include "tests/unit/temporary_folder.h"

namespace storesweep::worker {
namespace {

class WorkerConfig : public ::testing::Test {
 protected:
  Result<Config> read(const std::string& more) {
    const std::string path = folder_ / "worker.yaml";
    EXPECT_TRUE(
        write_file_durably(path, "name: w1\ncoordinator: {address: 'tcp://127.0.0.1:1', public_key: '" +
                                     std::string("rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7") + "'}\n" + more)
            .ok());
    return read_config(path);
  }
  std::string error(const std::string& more) { return read(more).status().message(); }

  storesweep::testing::TemporaryFolder folder_;
};

TEST_F(WorkerConfig, the_manual_is_a_working_example) {
  const char* source = std::getenv("STORESWEEP_SOURCE");
  ASSERT_NE(source, nullptr);
  auto config = read_config(std::string(source) + "/docs/worker.yaml");
  ASSERT_TRUE(config.ok()) << config.status().message();
  ASSERT_TRUE(config->devices);
  EXPECT_FALSE(config->scripted);
  EXPECT_EQ(config->devices->pool.server.port, 5037);
  EXPECT_EQ(config->devices->pool.rules.quarantine_ms, 60'000);
}

TEST_F(WorkerConfig, several_coordinators_may_stand_by_for_each_other) {
  const auto with = [&](const std::string& coordinator) {
    const std::string path = folder_ / "several.yaml";
    EXPECT_TRUE(write_file_durably(path, "name: w1\nscripted: {devices: 1}\ncoordinator: {" + coordinator +
                                             ", public_key: 'rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7'}\n")
                    .ok());
    return read_config(path);
  };
  EXPECT_EQ(with("address: 'tcp://a:1'")->coordinators, std::vector<std::string>{"tcp://a:1"});
  EXPECT_EQ(with("addresses: ['tcp://a:1', 'tcp://b:1']")->coordinators,
            (std::vector<std::string>{"tcp://a:1", "tcp://b:1"}));
  EXPECT_FALSE(with("addresses: []").ok());
  EXPECT_NE(with("address: 'tcp://a:1', addresses: ['tcp://b:1']").status().message().find("either this"),
            std::string::npos);
}

TEST_F(WorkerConfig, real_devices_are_those_of_an_adb_server) {
  auto config = read(R"(
adb: {server: "127.0.0.1:5999", start: false, connect: ["127.0.0.1:5601"]}
devices: {serials: ["127.0.0.1:5601"], owners: {SIM1: w2}, quarantine_ms: 2 s, claims: claims}
apks: {file_folders: [apks, /srv/apks], cache_bytes: 1 GiB}
rules: ../rules
)");
  ASSERT_TRUE(config.ok()) << config.status().message();
  const DeviceConfig& d = *config->devices;
  EXPECT_EQ(d.pool.server.port, 5999);
  EXPECT_FALSE(d.pool.server_options.own);
  EXPECT_EQ(d.pool.rules.worker, "w1");
  EXPECT_EQ(d.pool.rules.remotes, std::vector<std::string>{"127.0.0.1:5601"});
  EXPECT_EQ(d.pool.rules.owners.at("SIM1"), "w2");
  EXPECT_EQ(d.pool.claims_folder, folder_ / "claims");
  EXPECT_EQ(d.pool.baseline_folder, folder_ / "baselines/w1");
  EXPECT_EQ(d.file_folders, (std::vector<std::string>{folder_ / "apks", "/srv/apks"}));
  EXPECT_EQ(d.cache_bytes, std::uint64_t{1} << 30);
}

TEST_F(WorkerConfig, traffic_is_looked_at_where_a_proxy_is_named) {
  EXPECT_TRUE(read("devices: {}\n")->devices->proxy.program.empty());
  const auto config = read("devices: {}\ntraffic: {mitmdump: /usr/bin/mitmdump}\n");
  ASSERT_TRUE(config.ok()) << config.status().message();
  EXPECT_EQ(config->devices->proxy.program, "/usr/bin/mitmdump");
  EXPECT_EQ(config->devices->proxy.folder, folder_ / "proxy/w1");
  EXPECT_NE(error("adb: {server: '10.0.0.1:5037'}\ntraffic: {mitmdump: mitmdump}\n").find("on this host"),
            std::string::npos);
}

TEST_F(WorkerConfig, hooks_are_there_where_frida_inject_and_the_script_are_named) {
  EXPECT_TRUE(read("devices: {}\n")->devices->hooks.frida_inject.empty());
  const auto config = read("devices: {}\nhooks: {frida_inject: frida-inject, script: /opt/hooks.js}\n");
  ASSERT_TRUE(config.ok()) << config.status().message();
  EXPECT_EQ(config->devices->hooks.frida_inject, folder_ / "frida-inject");
  EXPECT_EQ(config->devices->hooks.script, "/opt/hooks.js");
  EXPECT_NE(error("devices: {}\nhooks: {frida_inject: frida-inject}\n").find("./dev hooks"),
            std::string::npos);
}

TEST_F(WorkerConfig, pictures_are_read_by_tesseract_unless_none_is_named) {
  EXPECT_EQ(read("devices: {}\n")->devices->pictures.program, "tesseract");
  const auto config = read("devices: {}\npictures: {tesseract: '', at_once: 3}\n");
  ASSERT_TRUE(config.ok()) << config.status().message();
  EXPECT_EQ(config->devices->pictures.program, "");
  EXPECT_EQ(config->devices->pictures.at_once, 3);
}

TEST_F(WorkerConfig, scripted_devices_are_the_other_choice) {
  auto config = read("scripted: {devices: 3}\n");
  ASSERT_TRUE(config.ok()) << config.status().message();
  EXPECT_EQ(config->scripted->devices, 3u);
  EXPECT_FALSE(config->devices);
}

TEST_F(WorkerConfig, every_error_is_told_with_its_line) {
  const std::string all =
      error("adb: {server: nowhere, connect: ['127.0.0.1'], prot: 1}\ndevices: {quarantine_ms: -1}\n");
  for (const char* part :
       {"worker.yaml:3:", "nowhere", "HOST:PORT", "prot", "worker.yaml:4:", "quarantine_ms"}) {
    EXPECT_NE(all.find(part), std::string::npos) << part << " is not in:\n" << all;
  }
}

TEST_F(WorkerConfig, both_kinds_of_devices_or_none_are_refused) {
  EXPECT_NE(error("scripted: {devices: 1}\nadb: {start: true}\n").find("not both"), std::string::npos);
  EXPECT_NE(error("").find("`scripted:`"), std::string::npos);
}

}  // namespace
}  // namespace storesweep::worker

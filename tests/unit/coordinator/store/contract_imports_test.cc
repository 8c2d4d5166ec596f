// What every store does with catalogues; the rest is in contract_test.cc.
#include <set>

#include "tests/unit/coordinator/store/contract.h"

namespace storesweep::contract {

TEST_P(Contract, a_listing_comes_back_as_it_was_given) {
  Listing l = listing("com.a");
  l.subject = SubjectKind::kQuickApp;
  l.place = PlaceKind::kPreset;
  l.tenant = TenantId{3};
  l.version_code = 9;
  l.credit_code = "c", l.filing_number = "f", l.category_source = "store", l.rank = 4;
  l.release_date = "2026-11-24", l.policy_url = "https://p", l.apk_url = "https://a", l.apk_sha256 = "00",
  l.page = "part:00";
  l.apk_bytes = 123;
  import({l});
  reopen();
  auto page = store_->listings("", {});
  ASSERT_TRUE(page.ok());
  ASSERT_EQ(page->rows.size(), 1U);
  const Listing& r = page->rows[0];
  EXPECT_EQ(r.id, ListingId{1});
  EXPECT_EQ(
      std::tie(r.tenant, r.subject, r.place, r.store, r.package, r.version_name, r.version_code, r.label),
      std::tie(l.tenant, l.subject, l.place, l.store, l.package, l.version_name, l.version_code, l.label));
  EXPECT_EQ(
      std::tie(r.developer, r.credit_code, r.filing_number, r.region, r.category, r.category_source, r.rank),
      std::tie(l.developer, l.credit_code, l.filing_number, l.region, l.category, l.category_source, l.rank));
  EXPECT_EQ(
      std::tie(r.downloads, r.release_date, r.policy_url, r.apk_url, r.apk_sha256, r.apk_bytes, r.page),
      std::tie(l.downloads, l.release_date, l.policy_url, l.apk_url, l.apk_sha256, l.apk_bytes, l.page));
  ASSERT_EQ(r.permissions.size(), 2U);
  EXPECT_EQ(r.permissions[0].purpose, "拍照");
}

TEST_P(Contract, importing_again_changes_nothing_and_a_later_catalogue_tells_new_changed_and_gone) {
  ImportCounts first = import({listing("a"), listing("b"), listing("c")});
  EXPECT_EQ(first.added, 3);
  ImportCounts again = import({listing("a"), listing("b"), listing("c")});
  EXPECT_EQ(std::tuple(again.added, again.changed, again.unchanged, again.gone), std::tuple(0, 0, 3, 0));
  Listing b = listing("b");
  b.version_name = "2.0";
  ImportCounts later = import({listing("a"), b, listing("d")});
  EXPECT_EQ(std::tuple(later.added, later.changed, later.unchanged, later.gone), std::tuple(1, 1, 1, 1));
  ImportCounts back = import({listing("a"), b, listing("c"), listing("d")});
  EXPECT_EQ(std::tuple(back.added, back.changed, back.unchanged, back.gone), std::tuple(1, 0, 3, 0));
  auto page = store_->listings("shop", {});
  ASSERT_EQ(page->rows.size(), 4U);
}

TEST_P(Contract, another_stores_catalogue_takes_nothing_away) {
  import({listing("a")});
  ImportCounts other = import({listing("a", "market")}, "market");
  EXPECT_EQ(other.gone, 0);
  EXPECT_EQ(store_->listings("", {})->rows.size(), 2U);
  EXPECT_EQ(store_->listings("market", {})->rows.size(), 1U);
}

TEST_P(Contract, an_app_whose_row_could_not_be_read_has_not_gone) {
  import({listing("a"), listing("b"), listing("c")});
  auto second = store_->begin_import(epoch_, "shop", "", 61);
  ASSERT_TRUE(store_->import_rows(epoch_, *second, std::vector<Listing>{listing("a")}).ok());
  ASSERT_TRUE(
      store_->keep_listed(epoch_, *second, std::vector<Listing>{listing("b"), listing("never")}).ok());
  auto counts = store_->finish_import(epoch_, *second, {2, 0}, 62);
  ASSERT_TRUE(counts.ok());
  EXPECT_EQ(counts->gone, 1);
  EXPECT_EQ(counts->unchanged, 1);
  EXPECT_EQ(counts->added, 0);
  EXPECT_EQ(store_->listings("shop", {})->rows.size(), 2U);
  // What has gone comes back by a row that can be read alone.
  auto third = store_->begin_import(epoch_, "shop", "", 63);
  ASSERT_TRUE(store_->keep_listed(epoch_, *third, std::vector<Listing>{listing("c")}).ok());
  EXPECT_EQ(store_->listings("shop", {})->rows.size(), 2U);
}

TEST_P(Contract, nothing_has_gone_while_a_row_does_not_say_which_app_it_is_of) {
  import({listing("a"), listing("b")});
  auto second = store_->begin_import(epoch_, "shop", "", 61);
  auto counts = store_->finish_import(epoch_, *second, {1, 1}, 62);
  ASSERT_TRUE(counts.ok());
  EXPECT_EQ(counts->gone, 0);
  EXPECT_EQ(counts->nameless, 1);
  EXPECT_EQ(store_->import_counts(*second)->nameless, 1);
  EXPECT_EQ(store_->listings("shop", {})->rows.size(), 2U);
  auto third = store_->begin_import(epoch_, "shop", "", 63);
  EXPECT_EQ(store_->finish_import(epoch_, *third, {1, 0}, 64)->gone, 2);
}

TEST_P(Contract, an_import_that_broke_off_goes_on_under_its_key_and_counts_each_row_once) {
  auto first = store_->begin_import(epoch_, "shop", "key", 1);
  ASSERT_TRUE(first.ok());
  std::vector<Listing> rows{listing("a"), listing("b")};
  ASSERT_TRUE(store_->import_rows(epoch_, *first, rows).ok());
  auto again = store_->begin_import(epoch_, "shop", "key", 2);  // the coordinator died, its caller asks again
  ASSERT_TRUE(again.ok()) << again.status().text();
  EXPECT_EQ(*again, *first);
  rows.push_back(listing("c"));
  ASSERT_TRUE(store_->import_rows(epoch_, *again, rows).ok());
  auto counts = store_->finish_import(epoch_, *again, {4, 0}, 3);
  ASSERT_TRUE(counts.ok());
  EXPECT_EQ(counts->added, 3);
  EXPECT_EQ(counts->unchanged, 0);
  EXPECT_EQ(store_->import_counts(*first)->added, 3);
  EXPECT_EQ(store_->import_counts(*first)->rejected, 4);
  EXPECT_EQ(store_->import_counts(99).status().kind(), ErrorKind::kNotFound);
}

TEST_P(Contract, an_import_key_counts_once_and_a_finished_import_takes_no_rows) {
  auto first = store_->begin_import(epoch_, "shop", "key", 1);
  ASSERT_TRUE(first.ok());
  ASSERT_TRUE(store_->finish_import(epoch_, *first, {0, 0}, 3).ok());
  auto second = store_->begin_import(epoch_, "shop", "key", 2);
  EXPECT_EQ(second.status().kind(), ErrorKind::kExists);
  EXPECT_EQ(second.status().message(), std::to_string(*first));
  std::vector<Listing> rows{listing("a")};
  EXPECT_EQ(store_->import_rows(epoch_, *first, rows).status().kind(), ErrorKind::kNotFound);
  EXPECT_EQ(store_->finish_import(epoch_, 99, {0, 0}, 3).status().kind(), ErrorKind::kNotFound);
}

TEST_P(Contract, pages_of_listings_hold_each_once) {
  std::vector<Listing> rows;
  for (int i = 0; i < 25; ++i) rows.push_back(listing("p" + std::to_string(i)));
  import(rows);
  std::set<std::string> seen;
  PageRequest page{"", 10};
  int pages = 0;
  do {
    auto p = store_->listings("", page);
    ASSERT_TRUE(p.ok());
    for (const Listing& l : p->rows) EXPECT_TRUE(seen.insert(l.package).second);
    page.cursor = p->next;
    ++pages;
  } while (!page.cursor.empty());
  EXPECT_EQ(seen.size(), 25U);
  EXPECT_EQ(pages, 3);
}

TEST_P(Contract, ranks_and_downloads_move_without_a_new_revision) {
  import({listing("a", "shop", 10)});
  const ListingId before = store_->listings("", {})->rows.at(0).id;
  Listing moved = listing("a", "shop", 11);
  moved.rank = 7;
  ImportCounts n = import({moved});
  EXPECT_EQ(n.unchanged, 1);
  EXPECT_EQ(n.changed, 0);
  const Listing now = store_->listings("", {})->rows.at(0);
  EXPECT_EQ(now.id, before);
  EXPECT_EQ(now.downloads, 11);
  EXPECT_EQ(now.rank, 7);
  EXPECT_EQ(store_->changes({}, {})->rows.size(), 1U);
}

TEST_P(Contract, changes_tell_what_each_import_found_newest_first) {
  import({listing("a"), listing("b")});
  Listing b = listing("b");
  b.label = "another";
  import({b, listing("c")});
  auto kinds = [&](const ChangeQuery& q) {
    std::string out;
    const auto found = store_->changes(q, {});
    for (const ChangeRow& c : found->rows) {
      out += std::string(name(c.kind)) + " " + c.listing.package + "@" + std::to_string(c.at_ms) + ";";
    }
    return out;
  };
  EXPECT_EQ(kinds({"", 2, {}}), "gone a@50;added c@50;changed b@50;");
  EXPECT_EQ(kinds({"", 0, ChangeKind::kGone}), "gone a@50;");
  EXPECT_EQ(kinds({"market", 0, {}}), "");
  const PageRequest one{"", 1};
  auto page = store_->changes({}, one);
  EXPECT_EQ(page->rows.at(0).kind, ChangeKind::kGone);
  page = store_->changes({}, {page->next, 1});
  EXPECT_EQ(page->rows.at(0).listing.package, "c");
}

}  // namespace storesweep::contract

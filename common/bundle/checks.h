// What must hold of a result's parts before they are believed. Each check names what is wrong. Private to
// this room.
#pragma once

#include "common/bundle/layout.h"

namespace storesweep::checks {

// Signatures, digests and the chain's entries; null: whoever signed them.
Status signatures(const BundleResult& result, const TrustedKeys* trusted);
// Reads and checks the journals against statement and closings.
Result<std::vector<Journal>> journals(const BundleResult& result, const TrustedKeys* trusted);
// Every blob that a journal names is there and is it.
Status blobs(const std::vector<Journal>& journals, const std::map<Digest, std::string>& blobs);
// Findings name records that exist.
Status references(const BundleResult& result, const std::vector<Journal>& journals);
// The journals, judged again in the same steps, give the same verdict.
Status judged_again(const layout::OpenedResult& opened);

}  // namespace storesweep::checks

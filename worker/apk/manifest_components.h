// Components of a manifest: their own attributes, intent filters and meta-data (AOSP parsing/component).
// Private to manifest.cc. Pure.
#pragma once

#include "worker/apk/manifest_facts.h"
#include "worker/apk/manifest_values.h"

namespace storesweep::apk {

std::optional<ComponentKind> component_kind(std::string_view tag);
// Without filters and meta-data; app_process: that of <application>.
Component read_component(const ManifestValues& values, const XmlElement& e, ComponentKind kind,
                         const std::string& app_process);
IntentFilter read_filter(const ManifestValues& values, const XmlElement& e);
// <action>, <category>, <data> below a filter.
void read_filter_item(const ManifestValues& values, const XmlElement& e, std::string_view tag,
                      IntentFilter& filter);
MetaData read_meta_data(const ManifestValues& values, const XmlElement& e);
// Whether others can reach it, where the manifest does not say.
bool reachable_by_default(const Component& component, int target_sdk);

std::string protection_level_text(const ManifestValues& values, const XmlElement& e);

}  // namespace storesweep::apk

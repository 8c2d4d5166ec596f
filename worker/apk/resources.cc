#include "worker/apk/resources.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

namespace storesweep::apk {

std::optional<std::string> plain_text(ResValue v) {
  if (v.type == kBoolean) return v.data != 0 ? "true" : "false";
  if (v.type == kFloat) {
    std::string number = fmt::format("{}", std::bit_cast<float>(v.data));
    return number.find_first_not_of("-0123456789") == std::string::npos ? number + ".0" : number;
  }
  if (v.type == kIntHex) return fmt::format("0x{:x}", v.data);
  if (v.type > kBoolean && v.type <= kLastInt) return fmt::format("#{:x}", v.data);
  if (is_int(v)) return std::to_string(static_cast<std::int32_t>(v.data));
  return std::nullopt;
}

// The first that matches, then each that is better: as AssetManager2::FindEntryInternal goes through them.
std::optional<Resources::Found> Resources::find(std::uint32_t id, const ResConfig& device) const {
  std::optional<Found> best;
  for (std::size_t i = 0; i < tables_.size(); ++i) {
    tables_[i].each(tables_[i].own_id(id), [&](const ResCandidate& c) {
      if (!c.config.matches(device)) return;
      if (best && !c.config.better_than(best->candidate.config, device)) return;
      best = Found{c, i};
    });
  }
  return best;
}

std::optional<Resources::Found> Resources::resolve(std::uint32_t id, const ResConfig& device) const {
  for (int i = 0; i < kMaxReferences; ++i) {
    auto found = find(id, device);
    if (!found || found->candidate.is_bag || !is_reference(found->candidate.value)) return found;
    id = found->candidate.value.data;
  }
  return std::nullopt;
}

std::optional<ResValue> Resources::value(std::uint32_t id, const ResConfig& device) const {
  auto found = resolve(id, device);
  return found && !found->candidate.is_bag ? std::optional(found->candidate.value) : std::nullopt;
}

std::optional<std::string> Resources::text_of(const ResValue& v, std::size_t table) const {
  return v.type == kString ? tables_[table].string(v.data) : plain_text(v);
}

std::optional<std::string> Resources::text(std::uint32_t id, const ResConfig& device) const {
  auto found = resolve(id, device);
  return found && !found->candidate.is_bag ? text_of(found->candidate.value, found->table) : std::nullopt;
}

std::vector<std::string> Resources::texts(std::uint32_t id) const {
  std::vector<std::string> out;
  auto found = resolve(id, parse_config());
  if (!found || !found->candidate.is_bag) return out;
  for (const BagItem& item : found->candidate.bag) {
    auto one = is_reference(item.value) ? text(item.value.data) : text_of(item.value, found->table);
    if (one) out.push_back(*one);
  }
  return out;
}

// id and all that its values refer to, in whatever configuration, nearest first.
std::vector<std::uint32_t> Resources::reachable(std::uint32_t id) const {
  std::vector<std::uint32_t> ids = {id};
  for (std::size_t i = 0; i < ids.size(); ++i) {
    for (const ResourceTable& table : tables_) {
      table.each(table.own_id(ids[i]), [&](const ResCandidate& c) {
        if (c.is_bag || !is_reference(c.value) || ids.size() >= kMaxReachable) return;
        if (std::ranges::find(ids, c.value.data) == ids.end()) ids.push_back(c.value.data);
      });
    }
  }
  return ids;
}

std::map<std::string, std::string> Resources::texts_by_locale(std::uint32_t id) const {
  std::map<std::string, ResConfig> locales;
  for (std::uint32_t one : reachable(id)) {
    for (const ResourceTable& table : tables_) {
      table.each(table.own_id(one), [&](const ResCandidate& c) {
        ResConfig device = parse_config();
        device.language = c.config.language, device.region = c.config.region;
        device.script = c.config.script, device.variant = c.config.variant;
        if (locales.size() < kMaxLocales) locales.emplace(c.config.locale(), device);
      });
    }
  }
  std::map<std::string, std::string> out;
  for (const auto& [locale, device] : locales) {
    if (auto here = text(id, device)) out.emplace(locale, *here);
  }
  return out;
}

std::vector<std::pair<int, std::string>> Resources::files(std::uint32_t id) const {
  std::vector<std::pair<int, std::string>> out;
  for (std::uint32_t one : reachable(id)) {
    for (const ResourceTable& table : tables_) {
      table.each(table.own_id(one), [&](const ResCandidate& c) {
        if (c.is_bag || c.value.type != kString || out.size() >= kMaxBagItems) return;
        if (auto path = table.string(c.value.data)) out.emplace_back(c.config.density, *path);
      });
    }
  }
  return out;
}

std::optional<std::string> Resources::string_named(std::string_view name) const {
  for (const ResourceTable& table : tables_) {
    if (std::uint32_t id = table.id_named("string", name)) return text(id);
  }
  return std::nullopt;
}

std::string Resources::name_of(std::uint32_t id) const {
  for (const ResourceTable& table : tables_) {
    if (std::string name = table.name_of(table.own_id(id)); !name.empty()) return name;
  }
  return "";
}

}  // namespace storesweep::apk

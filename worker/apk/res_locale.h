// Which script a locale is written in and which of two regions is nearer to a third (AOSP libs/androidfw,
// LocaleData.cpp, over CLDR's likely scripts and parent locales). The tables here hold the languages that are
// not written in Latin script and the parents that differ from the bare language. Pure.
#pragma once

#include <string_view>

namespace storesweep::apk {

// "Hans"; Latin where the table does not have the language. language: two letters, or packed.
std::string_view likely_script(std::string_view language, std::string_view region);
// > 0: left is nearer to the wanted region, < 0: right is. Regions may be empty.
int compare_regions(std::string_view left, std::string_view right, std::string_view language,
                    std::string_view script, std::string_view wanted);
// A region whose English follows that of the United States rather than the international one.
bool close_to_us_english(std::string_view region);

}  // namespace storesweep::apk

// How Android's tools write times, users and sizes. Pure; times in UTC, which is the time zone of every
// simulated device.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace storesweep::simdroid {

// strftime in UTC of a wall time in milliseconds.
std::string date_text(const char* format, std::int64_t wall_ms);
// The same with ".mmm" behind.
std::string date_text_ms(const char* format, std::int64_t wall_ms);
// "root", "system", "shell", "u0_a51" (Android's name of a uid).
std::string user_name(int uid);
// "u0a51", "1000" (UserHandle.formatUid).
std::string uid_text(int uid);
// The uid column of `logcat -v uid`: the name where it has five letters at most, else the number.
std::string log_user_name(int uid);
// "+3h25m46s9ms" (TimeUtils.formatDuration); "0" for nothing.
std::string duration_text(std::int64_t ms);
// A string with * and ? against the whole of `text`.
bool wildcard_match(const std::string& pattern, const std::string& text);
// "&" and quotes for an XML attribute.
std::string xml_escaped(std::string_view text);

// Seven hex digits that stand for an object's identity hash, always the same for the same words.
std::string identity_text(std::string_view words);

}  // namespace storesweep::simdroid

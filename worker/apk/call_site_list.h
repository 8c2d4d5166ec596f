// Call sites as numbers over names that stand once: what code finds by the ten thousand, and what of it is
// kept is known only when everything was looked at. In the order of CallSite, each only once. A plain value.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

namespace storesweep::apk {

inline constexpr std::size_t kMaxCallSites = 25'000;  // of one scan, and of a package

enum class CallHow : std::uint8_t {
  kCall,        // invoke-*, or a method handle that is handed over
  kField,       // Build.SERIAL, Contacts.CONTENT_URI
  kReflection,  // getMethod("getDeviceId") on a class that the code names
  kContentUri,  // a constant content:// URI
  kSettingsKey,
  kSystemProperty,
  kPath,
  kCommand,
  kName,  // the constant name of a class, a service or a MIME type
};
std::string_view call_how_name(CallHow how);  // "settings key"

struct CallTarget {
  std::uint32_t source = 0;  // of SourceCatalogue::sources
  CallHow how = CallHow::kCall;
  bool weak = false;   // says little by itself (Source::weak_methods)
  std::string target;  // android.os.Build.getSerial()Ljava/lang/String; or the constant
  auto operator<=>(const CallTarget&) const = default;
};

struct CallSite : CallTarget {
  std::string caller_class, caller_method,
      caller_descriptor;    // com.foo.Bar$Baz, onCreate, (Landroid/os/Bundle;)V
  std::uint32_t count = 1;  // how often that method does it
  auto operator<=>(const CallSite&) const = default;
};

class CallSites {
 public:
  struct Row {
    std::uint32_t target = 0;                                    // of targets()
    std::uint32_t caller_class = 0, method = 0, descriptor = 0;  // of names()
    std::uint32_t count = 1;
  };
  class Iterator {
   public:
    Iterator(const CallSites& list, std::size_t at) : list_(&list), at_(at) {}
    CallSite operator*() const { return (*list_)[at_]; }
    Iterator& operator++() {
      ++at_;
      return *this;
    }
    bool operator==(const Iterator&) const = default;

   private:
    const CallSites* list_;
    std::size_t at_;
  };

  CallSites() = default;
  // In any order, and the same as often as one likes.
  CallSites(std::vector<CallTarget> targets, std::vector<std::string> names, std::vector<Row> rows);
  // False: together they are more than kMaxCallSites, and the last ones are gone.
  bool add(CallSites other);

  std::size_t size() const { return rows_.size(); }
  CallSite operator[](std::size_t i) const;
  Iterator begin() const { return {*this, 0}; }
  Iterator end() const { return {*this, size()}; }
  // The same as they lie here: all sorted, and equal ones equal in number.
  const std::vector<CallTarget>& targets() const { return targets_; }
  const std::vector<std::string>& names() const { return names_; }
  const std::vector<Row>& rows() const { return rows_; }

 private:
  void renumber(std::size_t sorted_targets, std::size_t sorted_names);
  void sort_rows();
  void join_same_rows();
  void drop_unused();

  std::vector<CallTarget> targets_;
  std::vector<std::string> names_;
  std::vector<Row> rows_;
};

}  // namespace storesweep::apk

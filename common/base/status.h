// The one error value of the project. A function that can fail returns Status, or Result<T> when it also has
// a value. Callers branch on kind() and show message() to people; a message names the file, line or field at
// fault and says what to do next. Exceptions of libraries are caught where the library is called. Values; no
// thread rule.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace storesweep {

enum class ErrorKind {
  kOk,
  kInvalid,      // the input is wrong: a person or a peer must change it
  kNotFound,     //
  kExists,       // it is there already, or somebody else changed it first
  kPermission,   // not allowed to do this
  kUnavailable,  // the other side is not there now: try later
  kTimeout,      // the deadline passed
  kCancelled,    // our own caller gave up
  kExhausted,    // a bound was reached: size, memory, disk, count
  kCorrupt,      // outside bytes that break their own format
  kUnsupported,  // well formed, but not something we (or this device) can do
  kInternal,     // a defect of ours
};

// "invalid", "not_found", ...: stable names for logs and the API.
std::string_view error_name(ErrorKind kind);

class [[nodiscard]] Status {
 public:
  Status() = default;  // ok
  Status(ErrorKind kind, std::string message) : kind_(kind), message_(std::move(message)) {}

  bool ok() const { return kind_ == ErrorKind::kOk; }
  ErrorKind kind() const { return kind_; }
  const std::string& message() const { return message_; }
  // "timeout: shell ...": kind and message in one line.
  std::string text() const;
  // The same error with what was being done in front: "reading a.yaml: line 3: ...".
  Status within(std::string_view context) const;

 private:
  ErrorKind kind_ = ErrorKind::kOk;
  std::string message_;
};

inline Status ok_status() { return {}; }
inline Status invalid(std::string m) { return {ErrorKind::kInvalid, std::move(m)}; }
inline Status not_found(std::string m) { return {ErrorKind::kNotFound, std::move(m)}; }
inline Status exists(std::string m) { return {ErrorKind::kExists, std::move(m)}; }
inline Status permission(std::string m) { return {ErrorKind::kPermission, std::move(m)}; }
inline Status unavailable(std::string m) { return {ErrorKind::kUnavailable, std::move(m)}; }
inline Status timed_out(std::string m) { return {ErrorKind::kTimeout, std::move(m)}; }
inline Status cancelled(std::string m) { return {ErrorKind::kCancelled, std::move(m)}; }
inline Status exhausted(std::string m) { return {ErrorKind::kExhausted, std::move(m)}; }
inline Status corrupt(std::string m) { return {ErrorKind::kCorrupt, std::move(m)}; }
inline Status unsupported(std::string m) { return {ErrorKind::kUnsupported, std::move(m)}; }
inline Status internal(std::string m) { return {ErrorKind::kInternal, std::move(m)}; }

// A value or an error that is not ok. value() of an error ends the process: it is a defect of the caller.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : v_(std::in_place_index<0>, std::move(value)) {}
  Result(Status error) : v_(std::in_place_index<1>, std::move(error)) {}

  bool ok() const { return v_.index() == 0; }
  explicit operator bool() const { return ok(); }
  T& value() & { return std::get<0>(v_); }
  const T& value() const& { return std::get<0>(v_); }
  T&& value() && { return std::get<0>(std::move(v_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  T value_or(T other) const& { return ok() ? value() : std::move(other); }
  Status status() const { return ok() ? Status() : std::get<1>(v_); }

 private:
  std::variant<T, Status> v_;
};

#define STORESWEEP_CAT2(a, b) a##b
#define STORESWEEP_CAT(a, b) STORESWEEP_CAT2(a, b)
// TRY(expr): returns from the calling function when expr (a Status) is an error.
#define TRY(expr)                                     \
  do {                                                \
    if (auto try_status = (expr); !try_status.ok()) { \
      return try_status;                              \
    }                                                 \
  } while (false)
// TRY_ASSIGN(auto x, expr): x is the value of the Result, or the calling function returns its error.
#define TRY_ASSIGN(decl, expr) TRY_ASSIGN_AS(STORESWEEP_CAT(try_result_, __LINE__), decl, expr)
#define TRY_ASSIGN_AS(tmp, decl, expr) \
  auto tmp = (expr);                   \
  if (!tmp.ok()) return tmp.status();  \
  decl = std::move(tmp).value()

}  // namespace storesweep

// Frees what a C library made: std::unique_ptr<BIO, Freed<BIO_free>>.
#pragma once

namespace storesweep {

template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* p) const {
    Free(p);
  }
};

}  // namespace storesweep

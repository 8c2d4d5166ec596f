# embed_text(TARGET SYMBOL FILE): the file's text as `extern const std::string_view storesweep::SYMBOL`, so that a program
# works alone. A changed file is embedded anew.
function(embed_text target symbol file)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${file})
  file(READ ${CMAKE_SOURCE_DIR}/${file} content)
  set(output ${CMAKE_CURRENT_BINARY_DIR}/${symbol}.cc)
  file(CONFIGURE OUTPUT ${output} @ONLY CONTENT [[
#include <string_view>
namespace storesweep {
extern const std::string_view @symbol@;
const std::string_view @symbol@ = R"~embed~(@content@)~embed~";
}  // namespace storesweep
]])
  target_sources(${target} PRIVATE ${output})
endfunction()

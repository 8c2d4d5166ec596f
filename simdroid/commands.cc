#include "simdroid/commands.h"

#include <map>

namespace storesweep::simdroid {

Command find_command(const std::string& name) {
  // Every command there is, in one table.
  static const std::map<std::string, Command> table{
      {"echo", run_echo},
      {"printf", run_printf},
      {"true", run_true},
      {":", run_true},
      {"false", run_false},
      {"sleep", run_sleep},
      {"cat", run_cat},
      {"ls", run_ls},
      {"rm", run_rm},
      {"mkdir", run_mkdir},
      {"rmdir", run_rmdir},
      {"mv", run_mv},
      {"cp", run_cp},
      {"touch", run_touch},
      {"chmod", run_chmod},
      {"stat", run_stat},
      {"md5sum", run_md5sum},
      {"df", run_df},
      {"du", run_du},
      {"test", run_test},
      {"[", run_test},
      {"grep", run_grep},
      {"head", run_head},
      {"tail", run_tail},
      {"wc", run_wc},
      {"sort", run_sort},
      {"tr", run_tr},
      {"getprop", run_getprop},
      {"setprop", run_setprop},
      {"settings", run_settings},
      {"date", run_date},
      {"id", run_id},
      {"whoami", run_whoami},
      {"uname", run_uname},
      {"sh", run_sh},
      {"su", run_su},
      {"reboot", run_reboot},
      {"which", run_which},
      {"sync", run_true},
      {"cd", run_true},
      {"pwd", run_pwd},
      {"uptime", run_uptime},
      {"toybox", run_toybox},
      {"basename", run_basename},
      {"sha256sum", run_sha256sum},
      {"find", run_find},
      {"set", run_true},
      {"export", run_true},
      {"exec", run_exec},
  };
  auto it = table.find(name);
  return it == table.end() ? nullptr : it->second;
}

}  // namespace storesweep::simdroid

// The commands of a device's shell, by the file they stand in. Each prints what the tool of that name prints
// on the shape's Android version and returns its exit code, or a Job. One thread.
#pragma once

#include "simdroid/shell_run.h"

namespace storesweep::simdroid {

// commands_shell.cc: built-ins of the shell and the time.
Started run_echo(Invocation& in);
Started run_printf(Invocation& in);
Started run_true(Invocation& in);
Started run_false(Invocation& in);
Started run_sleep(Invocation& in);
Started run_test(Invocation& in);
Started run_sh(Invocation& in);
Started run_su(Invocation& in);
Started run_toybox(Invocation& in);
Started run_which(Invocation& in);
Started run_pwd(Invocation& in);
Started run_basename(Invocation& in);
Started run_exec(Invocation& in);

// hook_program.cc: what stands for a pushed frida-inject. Null: no such program, or it may not be executed.
Command find_pushed(Device& device, const std::string& path);

// commands_filters.cc: what reads its standard input.
Started run_cat(Invocation& in);
Started run_grep(Invocation& in);
Started run_head(Invocation& in);
Started run_tail(Invocation& in);
Started run_wc(Invocation& in);
Started run_sort(Invocation& in);
Started run_tr(Invocation& in);

// commands_files.cc
Started run_ls(Invocation& in);
Started run_rm(Invocation& in);
Started run_mkdir(Invocation& in);
Started run_rmdir(Invocation& in);
Started run_mv(Invocation& in);
Started run_cp(Invocation& in);
Started run_touch(Invocation& in);
Started run_chmod(Invocation& in);
Started run_stat(Invocation& in);
Started run_md5sum(Invocation& in);
Started run_sha256sum(Invocation& in);
Started run_df(Invocation& in);
Started run_du(Invocation& in);
Started run_find(Invocation& in);

// commands_system.cc
Started run_getprop(Invocation& in);
Started run_setprop(Invocation& in);
Started run_settings(Invocation& in);
Started run_date(Invocation& in);
Started run_alarm(Invocation& in);
Started run_id(Invocation& in);
Started run_whoami(Invocation& in);
Started run_uname(Invocation& in);
Started run_uptime(Invocation& in);
Started run_reboot(Invocation& in);

// commands_pm.cc, commands_am.cc
Started run_pm(Invocation& in);
// commands_install.cc: verbs of pm.
Started pm_install(Invocation& in);
Started pm_install_create(Invocation& in);
Started pm_install_write(Invocation& in);
Started pm_install_commit(Invocation& in);
Started pm_install_abandon(Invocation& in);
Started run_am(Invocation& in);
Started run_monkey(Invocation& in);

// commands_input.cc
Started run_input(Invocation& in);
Started run_uiautomator(Invocation& in);
Started run_screencap(Invocation& in);
Started run_wm(Invocation& in);
Started run_svc(Invocation& in);
Started run_ime(Invocation& in);
Started run_content(Invocation& in);

// commands_dump.cc
Started run_dumpsys(Invocation& in);
Started run_appops(Invocation& in);
Started run_cmd(Invocation& in);
Started run_ps(Invocation& in);
Started run_pidof(Invocation& in);
Started run_service(Invocation& in);

// commands_log.cc
Started run_logcat(Invocation& in);
Started run_log(Invocation& in);

}  // namespace storesweep::simdroid

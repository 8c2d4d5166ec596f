// How a version names the importance of processes: blocks "adj.<number>" (lowest value of each range),
// "state.<n>". Pure. AOSP ProcessList.makeOomAdjString, makeProcStateString; the numbers
// ActivityManager.PROCESS_STATE_*.
#pragma once

#include <string>

#include "simdroid/print/template.h"

namespace storesweep::simdroid {

std::string adj_text(const Templates& t, int adj);           // "cch+6", "fore ", "psvc "
std::string proc_state_text(const Templates& t, int state);  // "CEM ", "TOP "

}  // namespace storesweep::simdroid

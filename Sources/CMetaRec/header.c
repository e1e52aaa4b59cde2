// The library is written in Swift; this makes its header a module that Swift can read as well.
#include "metarec.h"

#pragma once

#include "decimal.h"
#include "elementary.h"

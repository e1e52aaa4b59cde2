#pragma once
#include "pair.h"

// What the elementary functions share.

/// e^(hi + lo) as a pair around [1, 2) and a power of two; for |hi| < 1100 and |lo| < 2^-40.
pair mrs_exp_parts(double hi, double lo, int64_t *power);
/// The natural logarithm of a positive finite x, to about 67 bits.
pair mrs_log_parts(double x);

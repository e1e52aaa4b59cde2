#pragma once
#include "CKernels.h"

// Parts of the reference that comparisons need by themselves.
float mrs_reference_fma(float a, float b, float c);
float mrs_reference_finish(float sum, const mrs_finish *finish, long row, long column);

#pragma once

// Whether nobody wants the result of the work under way. Long work on many bytes asks now and then; when the
// answer is not 0, it may return anything at once. NULL is never asked.
typedef int (*mrs_question)(void);

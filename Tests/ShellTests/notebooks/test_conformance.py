"""Jupyter's own suite for kernels, with all that its base class offers."""

import door  # noqa: F401  (installs the kernel)
import jupyter_kernel_test


class Conformance(jupyter_kernel_test.KernelTests):
    kernel_name = "mrs"
    language_name = "mrs"
    file_extension = ".mrs"
    code_hello_world = 'let greeting = "hello, world"; show $greeting'
    # Nobody is followed: a notice.
    code_stderr = "pull 3"
    completion_samples = [
        {"text": "zzz", "matches": set()},
        {"text": "meta-tr", "matches": {"meta-train"}},
        {"text": "meta-train rept", "matches": {"reptile"}},
        {"text": "set threa", "matches": {"threads="}},
    ]
    complete_code_samples = ["load data", "set seed=3; load data", "for i in 1..2 { load data }", "# σ", ""]
    incomplete_code_samples = ["for i in 1..2 {", "let x = (1 +", "meta-train maml \\"]
    invalid_code_samples = ["load data )", "let = 3", 'let t = "never closed']
    code_page_something = "?evaluate"
    code_generate_error = "laod data"
    code_execute_result = [
        {"code": "load data"},
        {"code": "split tasks", "mime": "text/html"},
        {"code": "split tasks query=7", "mime": "application/vnd.metarec.report+json"},
    ]
    code_display_data = [{"code": "plot popularity; set seed=3", "mime": "image/svg+xml"}]
    code_history_pattern = "split*query=?"
    supported_history_operations = ("tail", "range", "search")
    code_inspect_sample = "meta-train"
    code_clear_output = "load data; split tasks; meta-train maml epochs=30 patience=30"


class Welcome(jupyter_kernel_test.IopubWelcomeTests):
    kernel_name = "mrs"
    support_iopub_welcome = True

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "KernelReference.h"

static int check_pools(void) {
  int wrong = 0;
  for (int round = 0; round < 3; round++) {
    mrs_pool *pools[2] = {mrs_pool_new(), mrs_pool_new()};
    wrong += mrs_pools_meet(pools, 2, 2, 20) != 4;
    wrong += mrs_pool_threads(pools[0]) != 1;
    wrong += mrs_pool_shared_sum(pools[0]) != mrs_pool_expected_sum();
    wrong += mrs_pool_met_in_child(pools[0], 3, 20) != 3;
    wrong += mrs_pool_met_in_children_of_job(pools[0], 3, 20) != 2;
    wrong += mrs_pools_meet(pools, 2, 3, 20) != 6;
    wrong += mrs_pool_ended(4, 20) != 3;
    mrs_pool_free(pools[0]);
    mrs_pool_free(pools[1]);
  }
  printf("pools: %d answers are wrong\n", wrong);
  return wrong != 0;
}

// Checks every variant of this machine without Swift:  check [some | all | digests | errors [STRIDE] | pools]
int main(int count, char **words) {
  const char *what = count > 1 ? words[1] : "some";
  if (strcmp(what, "pools") == 0) return check_pools();
  int failed = 0;
  for (int index = 0; index < mrs_kernel_variants(); index++) {
    const mrs_kernels *kernels = mrs_kernel_variant(index);
    if (strcmp(what, "digests") == 0) {
      static char text[1 << 16];
      mrs_digest_kernels(kernels, text, sizeof text);
      printf("# %s\n%s", kernels->name, text);
    } else if (strcmp(what, "errors") == 0) {
      uint32_t stride = count > 2 ? (uint32_t)atol(words[2]) : 997;
      for (int function = 0; function < 9; function++) {
        float where = 0;
        double worst = mrs_map_error(kernels, function, stride, 0, &where);
        printf("%s: function %d is at most %.4f units off, at %a\n", kernels->name, function, worst, (double)where);
        failed |= !(worst <= 1);
      }
    } else {
      char first[256];
      long wrong = mrs_check_kernels(kernels, strcmp(what, "all") == 0, 0, 1, first);
      printf("%s: %ld of %ld results are not what the definition says %s\n", kernels->name, wrong, mrs_checks_made(),
             first);
      failed |= wrong != 0;
    }
    fflush(stdout);
  }
  return failed;
}

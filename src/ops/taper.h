#ifndef OPS_TAPER_H
#define OPS_TAPER_H

#include "graph/host.h"

/* Windows of cosines: y[i] = a[0] - a[1] cos(2 pi i / n) + a[2] cos(4 pi i /
 * n), where n is the size, or one less when the window is not periodic. */

op_infer_f ops_infer_taper;
int ops_host_taper(struct host_call *c, const double a[static 3],
                   struct prune_error *err);

#endif

#include "prune/settings.h"

int progress_tell(const struct progress *p, const char *phase, int64_t done,
                  int64_t total, struct prune_error *err)
{
    if (!p || !p->f || !p->f(p->payload, phase, done, total))
        return 0;
    return err_set(err, PRUNE_E_CANCELED, "stopped on request (%s)", phase);
}

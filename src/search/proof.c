#include "search/decide.h"

int search_proof(double *max_abs_diff, int *constant_outputs,
                 const struct graph *masked, const struct graph *reread,
                 const struct settings *s,
                 const struct data_part *calibration,
                 struct prune_error *err)
{
    (void)max_abs_diff, (void)constant_outputs, (void)masked, (void)reread;
    (void)s, (void)calibration;
    return err_set(err, PRUNE_E_FAILED, "the proof is not there yet");
}

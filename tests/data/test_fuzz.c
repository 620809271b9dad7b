#define FUZZ_NAME fuzz_npz
#include "../fuzz/fuzz_npz.c"
#include "../fuzz/replay.h"

Test(fuzz, npz_replays, .timeout = 120)
{
    cr_assert_geq(replay("../fuzz/corpus/npz", fuzz_npz), 3);
}

#define FUZZ_NAME fuzz_plan
#include "../fuzz/fuzz_plan.c"
#include "../fuzz/replay.h"

Test(fuzz, planning_replays, .timeout = 120)
{
    cr_assert_geq(replay("../fuzz/corpus/onnx", fuzz_plan), 1);
    cr_assert_geq(replay("bad", fuzz_plan), 30);
}

#define FUZZ_NAME fuzz_onnx
#include "../fuzz/fuzz_onnx.c"
#include "../fuzz/replay.h"

/* What fuzzers have found once, and the files that are bad on purpose. */
Test(fuzz, onnx_replays, .timeout = 120)
{
    cr_assert_geq(replay("../fuzz/corpus/onnx", fuzz_onnx), 1);
    cr_assert_geq(replay("bad", fuzz_onnx), 30);
}

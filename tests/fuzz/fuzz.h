#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* One file of this folder is one way to feed arbitrary bytes to the library.
 * It is built with libFuzzer (run.sh), and into the unit tests, which replay
 * the corpus: there FUZZ_NAME names the function. */
#ifndef FUZZ_NAME
#define FUZZ_NAME LLVMFuzzerTestOneInput
#endif

int FUZZ_NAME(const uint8_t *data, size_t size);

#endif

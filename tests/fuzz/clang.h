/* Put before every file that clang builds for fuzzing: glibc has CMPLX for
 * gcc alone. */
#ifndef CMPLX
#define CMPLX(x, y) __builtin_complex((double)(x), (double)(y))
#endif

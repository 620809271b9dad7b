#ifndef ENGINE_OWN_LEVELS_H
#define ENGINE_OWN_LEVELS_H

#include "engine/nd.h"
#include "engine/own.h"

/* Where several levels of the instruction set are told apart at run time. */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define OWN_HAS_LEVELS 1
extern const struct own_set own_v4, own_v3;
#else
#define OWN_HAS_LEVELS 0
#endif
extern const struct own_set own_base;

#endif

#ifndef BASE_EXPORT_H
#define BASE_EXPORT_H

/* Marks what libprune.so exports; everything else is hidden. */
#define PRUNE_EXPORT __attribute__((visibility("default")))

#endif

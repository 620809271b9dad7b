#ifndef DATA_IDX_H
#define DATA_IDX_H

#include "graph/tensor.h"

/* The IDX format of the MNIST family, plain or gzipped: unsigned bytes in
 * one to MAX_RANK axes. (Y. LeCun's page of the MNIST database says it.) */
int idx_read(struct tensor **out, const char *path, struct prune_error *err);

#endif

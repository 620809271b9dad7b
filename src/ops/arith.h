#ifndef OPS_ARITH_H
#define OPS_ARITH_H

#include "graph/op.h"

/* Constants of more than one element are biases or scales: parameters. */
op_cost_f ops_cost_riders;

#endif

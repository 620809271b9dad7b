#ifndef OPS_TABLE_H
#define OPS_TABLE_H

#include "graph/op.h"

/* The operator of that domain and name, if it is understood at that opset;
 * else NULL. "ai.onnx" is another spelling of the default domain. */
op_find_f ops_find;

#endif

#include "host.h"
#include "net.h"

/* covers: ops/ms_gelu ops/ms_bias_gelu ops/ms_fast_gelu ops/ms_quick_gelu
 * covers: ops/simplified_layer_normalization ops/ms_fused_matmul
 * covers: ops/ms_skip_layer_normalization
 * covers: ops/ms_skip_simplified_layer_normalization
 * covers: ops/ms_multi_head_attention ops/ms_attention ops/ms_embed_layer_normalization */

/* A node of ONNX Runtime's own domain. */
static int contrib(struct graph *g, const char *type, int outs,
                   const int *in, size_t n)
{
    int node, out[4];
    for (int i = 0; i < outs; i++)
        out[i] = net_value(g);
    cr_assert_eq(graph_add_node(g, type, "com.microsoft", "", (int)n, outs,
                                0, &node, NULL), 0);
    memcpy(g->nodes[node].inputs, in, n * sizeof *in);
    memcpy(g->nodes[node].outputs, out, (size_t)outs * sizeof *out);
    g->nodes[node].op = ops_find("com.microsoft", type, g->opset);
    cr_assert_not_null(g->nodes[node].op, "no operator %s", type);
    return out[0];
}

Test(contrib, gelus)
{
    struct graph *g = net_new(13);
    int x = net_input(g, SHAPE(1, 3));
    contrib(g, "Gelu", 1, V(x));
    net_check(g, SHAPE(1, 3), F(-1, 0, 2),
              F(-0.15865525F, 0, 1.9544997F));
    g = net_new(13);
    x = net_input(g, SHAPE(1, 3));
    int bias = net_floats(g, SHAPE(3), F(1, 1, 1));
    contrib(g, "BiasGelu", 1, V(x, bias));
    net_check(g, SHAPE(1, 3), F(-2, -1, 1),
              F(-0.15865525F, 0, 1.9544997F));
    g = net_new(13);
    x = net_input(g, SHAPE(1, 3));
    contrib(g, "FastGelu", 1, V(x));
    net_check(g, SHAPE(1, 3), F(-1, 0, 2), F(-0.158808F, 0, 1.954598F));
    g = net_new(13);
    x = net_input(g, SHAPE(1, 3));
    bias = net_floats(g, SHAPE(3), F(1, 1, 1));
    contrib(g, "FastGelu", 1, V(x, bias));
    net_check(g, SHAPE(1, 3), F(-2, -1, 1), F(-0.158808F, 0, 1.954598F));
    g = net_new(13);
    x = net_input(g, SHAPE(1, 2));
    contrib(g, "QuickGelu", 1, V(x));
    net_check(g, SHAPE(1, 2), F(-1, 2), F(-0.154204F, 1.935638F));
}

Test(contrib, normalisations)
{
    struct graph *g = net_new(13);
    int x = net_input(g, SHAPE(1, 2)), scale = net_floats(g, SHAPE(2),
                                                          F(1, 2));
    net_node(g, "SimplifiedLayerNormalization", 1, V(x, scale));
    net_check(g, SHAPE(1, 2), F(1, 7), F(0.2F, 2.8F));
    g = net_new(13);
    x = net_input(g, SHAPE(1, 1, 2));
    int skip = net_floats(g, SHAPE(1, 1, 2), F(1, -1));
    scale = net_floats(g, SHAPE(2), F(1, 2));
    int shift = net_floats(g, SHAPE(2), F(10, 20));
    int bias = net_floats(g, SHAPE(2), F(0, 1));
    contrib(g, "SkipLayerNormalization", 4, V(x, skip, scale, shift, bias));
    net_check(g, SHAPE(1, 1, 2), F(1, 7), F(9, 22));
    g = net_new(13);
    x = net_input(g, SHAPE(1, 1, 2));
    skip = net_floats(g, SHAPE(1, 1, 2), F(0, 1));
    scale = net_floats(g, SHAPE(2), F(1, 2));
    contrib(g, "SkipSimplifiedLayerNormalization", 1, V(x, skip, scale));
    net_check(g, SHAPE(1, 1, 2), F(1, 6), F(0.2F, 2.8F));
}

Test(contrib, the_sum_beside_the_normalisation)
{
    struct graph *g = net_new(13);
    int x = net_input(g, SHAPE(1, 1, 2));
    int skip = net_floats(g, SHAPE(1, 1, 2), F(1, -1));
    int scale = net_floats(g, SHAPE(2), F(1, 2));
    contrib(g, "SkipLayerNormalization", 4, V(x, skip, scale));
    g->nodes[0].outputs[1] = g->nodes[0].outputs[2] = NO_VALUE;
    int sum = g->nodes[0].outputs[3];
    net_done(g, sum);
    net_gives(g, F(1, 7), F(2, 6));
    graph_free(g);
}

Test(contrib, fused_matmul)
{
    struct graph *g = net_new(13);
    int x = net_input(g, SHAPE(1, 2, 1));
    int w = net_floats(g, SHAPE(3, 2), F(1, 2, 3, 4, 5, 6));
    contrib(g, "FusedMatMul", 1, V(x, w));
    net_set_int(g, "transA", 1);
    net_set_int(g, "transB", 1);
    net_set_float(g, "alpha", 2);
    net_check(g, SHAPE(1, 1, 3), F(1, 10), F(42, 86, 130));
    g = net_new(13);
    x = net_input(g, SHAPE(1, 2, 1));
    w = net_floats(g, SHAPE(3, 2), F(1, 2, 3, 4, 5, 6));
    int out = contrib(g, "FusedMatMul", 1, V(x, w));
    net_bad(g, out, "do not fit");
}

/* x [1,2,2], weights of queries, keys and values [2,6] */
static struct graph *attention(const float *w)
{
    struct graph *g = net_new(13);
    int x = net_input(g, SHAPE(1, 2, 2));
    int weights = net_floats(g, SHAPE(2, 6), w, 12);
    int bias = net_floats(g, SHAPE(6), F(0, 0, 0, 0, 0, 1));
    contrib(g, "Attention", 1, V(x, weights, bias));
    net_set_int(g, "num_heads", 2);
    return g;
}

/* Without queries every row is the mean of the values, or of those so far. */
Test(contrib, attention)
{
    const float even[] = {0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1};
    struct graph *g = attention(even);
    net_check(g, SHAPE(1, 2, 2), F(1, 2, 3, 4), F(2, 4, 2, 4));
    g = attention(even);
    net_set_int(g, "unidirectional", 1);
    net_check(g, SHAPE(1, 2, 2), F(1, 2, 3, 4), F(1, 3, 2, 4));
}

/* The plan's answer and the kernel's of its own. */
Test(contrib, attention_both_ways)
{
    const float w[] = {1, 0.5F, -1, 0.3F, 1, 2, 0.1F, -2, 1, 1, -1, 0.5F};
    const float x[] = {0.1F, 0.2F, -0.3F, 0.4F};
    for (int causal = 0; causal < 2; causal++) {
        struct host_test t = host_begin("Attention", "com.microsoft", 13, 4,
                                        2);
        host_f32(&t, 0, "1x2x2", x);
        host_f32(&t, 1, "2x6", w);
        host_f32(&t, 2, "6", (float[]){0, 0, 0, 0, 0, 1});
        host_give(&t, 3, DTYPE_I32, "1x2", (int32_t[]){1, 1});
        host_int(&t, "num_heads", 2);
        host_int(&t, "unidirectional", causal);
        host_call(&t);
        struct graph *g = attention(w);
        net_set_int(g, "unidirectional", causal);
        host_gives(&t, 0, DTYPE_F32, "1x2x2");
        host_gives(&t, 1, DTYPE_F32, "2x1x2x2x1");
        net_check(g, SHAPE(1, 2, 2), x, 4,
                  tensor_f32(t.out[0]->tensor), 4);
        host_end(&t);
    }
}

static void masked(enum dtype dtype, const char *shape, const int32_t *mask,
                   const float *want)
{
    struct host_test t = host_begin("Attention", "com.microsoft", 13, 4, 1);
    host_f32(&t, 0, "1x2x1", (float[]){1, 3});
    host_f32(&t, 1, "1x3", (float[]){0, 0, 1});
    host_f32(&t, 2, "3", (float[]){0, 0, 0});
    host_give(&t, 3, dtype, shape, mask);
    host_int(&t, "num_heads", 1);
    host_call(&t);
    host_gives_f32(&t, 0, "1x2x1", want);
    host_end(&t);
}

Test(contrib, attention_masks)
{
    masked(DTYPE_I32, "1", (int32_t[]){1}, (float[]){1, 1});
    masked(DTYPE_I32, "2", (int32_t[]){2, 1}, (float[]){3, 3});
    masked(DTYPE_I32, "1x2", (int32_t[]){0, 1}, (float[]){3, 3});
    masked(DTYPE_I32, "1x2x2", (int32_t[]){1, 1, 0, 1}, (float[]){2, 3});
    masked(DTYPE_I32, "1x1x2x2", (int32_t[]){1, 0, 1, 1},
           (float[]){1, 2});
}

/* The second token after the first, whose keys and values are kept. */
Test(contrib, attention_with_a_past)
{
    struct host_test t = host_begin("Attention", "com.microsoft", 13, 5, 2);
    host_f32(&t, 0, "1x1x1", (float[]){3});
    host_f32(&t, 1, "1x3", (float[]){0, 0, 1});
    host_f32(&t, 2, "3", (float[]){0, 0, 0});
    host_f32(&t, 4, "2x1x1x1x1", (float[]){0, 1});
    host_int(&t, "num_heads", 1);
    host_int(&t, "unidirectional", 1);
    host_call(&t);
    host_gives_f32(&t, 0, "1x1x1", (float[]){2});
    host_gives_f32(&t, 1, "2x1x1x2x1", (float[]){0, 0, 1, 3});
    host_int(&t, "num_heads", 2);
    t.g->nodes[0].attrs[0].i = 2;
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_end(&t);
}

Test(contrib, embedding)
{
    struct host_test t = host_begin("EmbedLayerNormalization",
                                    "com.microsoft", 13, 8, 2);
    host_give(&t, 0, DTYPE_I32, "1x2", (int32_t[]){1, 0});
    host_give(&t, 1, DTYPE_I32, "1x2", (int32_t[]){0, 0});
    host_f32(&t, 2, "2x2", (float[]){1, 2, 3, 9});
    host_f32(&t, 3, "2x2", (float[]){0, 0, 5, 1});
    host_f32(&t, 4, "1x2", (float[]){0, 1});
    host_f32(&t, 5, "2", (float[]){1, 1});
    host_f32(&t, 6, "2", (float[]){0, 10});
    host_give(&t, 7, DTYPE_I32, "1x2", (int32_t[]){1, 0});
    host_call(&t);
    host_gives_f32(&t, 0, "1x2x2", (float[]){-1, 11, 1, 9});
    host_gives_data(&t, 1, DTYPE_I32, "1", (int32_t[]){1});
    host_give(&t, 0, DTYPE_I32, "1x2", (int32_t[]){2, 0});
    cr_assert_eq(host_try(&t), PRUNE_E_INPUT);
    host_end(&t);
}

/* Planned, and with a mask that hides nothing by the kernel of its own. */
Test(contrib, multi_head_attention)
{
    const float x[] = {0.1F, 0.2F, -0.3F, 0.4F};
    const float k[] = {1, 2, -1, 0.5F, 0.3F, 0};
    const float v[] = {4, 5, 6, 7, 8, 9};
    const float b[] = {1, 0, 0, 1, 2, -2};
    struct host_test t = host_begin("MultiHeadAttention", "com.microsoft",
                                    13, 5, 3);
    host_int(&t, "num_heads", 2);
    host_f32(&t, 0, "1x2x2", x);
    host_f32(&t, 1, "1x3x2", k);
    host_f32(&t, 2, "1x3x2", v);
    host_f32(&t, 3, "6", b);
    host_give(&t, 4, DTYPE_I32, "1x3", (int32_t[]){1, 1, 1});
    host_call(&t);
    host_gives_f32(&t, 2, "1x2x3x1", (float[]){6, 8, 10, 3, 5, 7});
    struct graph *g = net_new(13);
    int q = net_input(g, SHAPE(1, 2, 2));
    int keys = net_floats(g, SHAPE(1, 3, 2), k, 6);
    int values = net_floats(g, SHAPE(1, 3, 2), v, 6);
    int bias = net_floats(g, SHAPE(6), b, 6);
    contrib(g, "MultiHeadAttention", 1, V(q, keys, values, bias));
    net_set_int(g, "num_heads", 2);
    net_check(g, SHAPE(1, 2, 2), x, 4, tensor_f32(t.out[0]->tensor), 4);
    host_f32(&t, 2, "1x2x2", v);
    cr_assert_eq(host_try(&t), PRUNE_E_UNSUPPORTED);
    host_end(&t);
}

#include "net.h"

static struct graph *resize(struct shape x, int scales, const int64_t *sizes,
                            size_t n)
{
    struct graph *g = net_new(13);
    int in = net_input(g, x);
    if (scales) {
        float f[4] = {1, 1, (float)scales, (float)scales};
        net_node(g, "Resize", 1,
                 V(in, NO_VALUE, net_floats(g, SHAPE(4), f, 4)));
    } else {
        net_node(g, "Resize", 1,
                 V(in, NO_VALUE, NO_VALUE, net_ints(g, sizes, n)));
    }
    net_set_text(g, "coordinate_transformation_mode", "asymmetric");
    net_set_text(g, "nearest_mode", "floor");
    return g;
}

Test(resize, repeats_places)
{
    net_check(resize(SHAPE(1, 1, 1, 2), 2, NULL, 0), SHAPE(1, 1, 2, 4),
              F(1, 2), F(1, 1, 2, 2, 1, 1, 2, 2));
    net_check(resize(SHAPE(1, 1, 1, 2), 0, I(1, 1, 1, 6)), SHAPE(1, 1, 1, 6),
              F(1, 2), F(1, 1, 1, 2, 2, 2));
}

Test(resize, what_is_no_repetition_is_sampled)
{
    net_check(resize(SHAPE(1, 1, 1, 2), 0, I(1, 1, 1, 3)), SHAPE(1, 1, 1, 3),
              F(1, 2), F(1, 1, 2));
    struct graph *g = resize(SHAPE(1, 1, 1, 2), 2, NULL, 0);
    net_set_text(g, "nearest_mode", "ceil");
    net_check(g, SHAPE(1, 1, 2, 4), F(1, 2), F(1, 2, 2, 2, 1, 2, 2, 2));
    g = resize(SHAPE(1, 1, 1, 2), 0, I(1, 1, 1, 4));
    net_set_text(g, "mode", "linear");
    net_check(g, SHAPE(1, 1, 1, 4), F(1, 2), F(1, 1.5f, 2, 2));
}

Test(resize, lets_channels_through_and_mends_its_sizes)
{
    int w, y, u;
    struct graph *g = net_begin(13, 3, &w, &y);
    y = net_node(g, "Resize", 1,
                 V(y, NO_VALUE, NO_VALUE, net_ints(g, I(1, 3, 4, 4))));
    net_set_text(g, "coordinate_transformation_mode", "half_pixel");
    net_end(g, y, 3, &u);
    net_cut(g, w, 0, I(1));
    net_knows(g, g->nodes[1].inputs[3], I(1, 2, 4, 4));
    graph_free(g);
}

Test(resize, what_cannot_be_is_refused)
{
    struct graph *g = resize(SHAPE(1, 1, 1, 2), 0, I(1, 1, 1));
    net_bad(g, g->nodes[0].outputs[0], "3 scales or sizes");
    g = resize(SHAPE(1, 1, 1, 2), 0, I(1, 1, -1, 2));
    net_bad(g, g->nodes[0].outputs[0], "size of -1");
}

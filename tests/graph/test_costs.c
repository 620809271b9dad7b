#include "../prune/nets.h"
#include "graph/costs.h"

/* x[2,3,8,8] -> Conv 5x3x3x3 (+bias) -> BatchNormalization -> y, and the
 * convolution's weight used once more. */
static struct graph *net(void)
{
    struct graph *g = NULL;
    cr_assert_eq(graph_new(&g, NULL), 0);
    add_input(g, "x", SHAPE(2, 3, 8, 8));
    net_constant(g, "w", SHAPE(5, 3, 3, 3), 1, 0);
    net_constant(g, "b", SHAPE(5), 1, 0);
    net_constant(g, "s", SHAPE(5), 0, 1);
    net_constant(g, "h", SHAPE(5), 0, 0);
    net_constant(g, "m", SHAPE(5), 0, 0);
    net_constant(g, "v", SHAPE(5), 0, 1);
    net_node(g, "Conv", "x w b", "c");
    net_node(g, "BatchNormalization", "c s h m v", "n");
    net_node(g, "Conv", "x w", "d");
    net_node(g, "Add", "n d", "y");
    add_output(g, "y");
    cr_assert_eq(graph_sort(g, NULL), 0);
    cr_assert_eq(graph_infer(g, 1, NULL, 0, NULL), 0);
    return g;
}

Test(costs, counts_one_sample_and_shared_tensors_once)
{
    struct graph *g = net();
    struct graph_costs c = {0};
    cr_assert_eq(graph_costs(&c, g, NULL), 0);
    cr_assert_eq(c.n_nodes, 4);
    cr_assert_eq(c.total.prunable, 135);
    cr_assert_eq(c.total.prunable_nonzeros, 135);
    cr_assert_eq(c.total.parameters, 135 + 5 + 20);
    cr_assert_eq(c.total.nonzeros, 135 + 5 + 10);
    cr_assert_eq(c.nodes[0].macs, 6 * 6 * 135);
    cr_assert_eq(c.total.macs, 2 * 6 * 6 * 135);
    cr_assert_eq(c.nodes[1].prunable, 0);
    cr_assert_eq(cost_prunable(g, NULL), 135);
    graph_costs_done(&c);
    struct weight_site *sites = NULL;
    int n = 0;
    cr_assert_eq(cost_weights(&sites, &n, g, NULL), 0);
    cr_assert_eq(n, 1);
    cr_assert_eq(sites[0].value, graph_find_value(g, "w"));
    cr_assert_eq(sites[0].node, 0);
    mem_free(sites);
    graph_free(g);
}

Test(costs, survive_want_of_memory)
{
    struct graph *g = net();
    for (long i = 0;; i++) {
        struct weight_site *sites = NULL;
        struct graph_costs c = {0};
        int n;
        mem_fail_after(i);
        int rc = graph_costs(&c, g, NULL);
        int rc2 = rc ? rc : cost_weights(&sites, &n, g, NULL);
        mem_fail_after(-1);
        graph_costs_done(&c);
        mem_free(sites);
        if (!rc2)
            break;
        cr_assert_eq(rc2, PRUNE_E_MEMORY);
    }
    graph_free(g);
}

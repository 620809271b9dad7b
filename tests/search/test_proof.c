#include "models.h"
#include "search/decide.h"

Test(proof, finds_a_difference)
{
    struct graph *g = model("cnn"), *other = NULL;
    struct settings s = asked("technique=structured sparsity=0.3", 0);
    double diff = -1;
    int constant = -1;
    cr_assert_eq(search_proof(&diff, &constant, g, g, &s, NULL, NULL), 0);
    cr_assert_eq(diff, 0);
    cr_assert_eq(constant, 0);
    cr_assert_eq(graph_clone(&other, g, NULL), 0);
    struct settings w = asked("technique=weight sparsity=0.5", 0);
    cr_assert_eq(w.technique->zero(other, &w, NULL), 0);
    cr_assert_eq(search_proof(&diff, &constant, g, other, &s, NULL, NULL), 0);
    cr_assert_gt(diff, 1e-3);
    graph_free(other);
    graph_free(g);
}

Test(proof, reads_data_and_tells_constant_outputs)
{
    struct graph *g = model("mlp"), *dead = NULL;
    struct dataset *data = noise(g, 40, 10);
    struct settings s = asked("technique=neuron sparsity=0.3", 1);
    double diff = -1;
    int constant = -1;
    cr_assert_eq(search_proof(&diff, &constant, g, g, &s,
                              dataset_train(data), NULL), 0);
    cr_assert_eq(diff, 0);
    cr_assert_eq(constant, 0);
    cr_assert_eq(graph_clone(&dead, g, NULL), 0);
    struct weight_site *sites;
    int n;
    cr_assert_eq(cost_weights(&sites, &n, g, NULL), 0);
    struct tensor *zeros = NULL;
    int v = sites[n - 1].value;
    cr_assert_eq(tensor_new(&zeros, DTYPE_F32,
                            &g->values[v].constant->shape, NULL), 0);
    cr_assert_eq(graph_set_constant(dead, v, zeros, NULL), 0);
    cr_assert_eq(search_proof(&diff, &constant, dead, dead, &s,
                              dataset_train(data), NULL), 0);
    cr_assert_eq(constant, 1);
    mem_free(sites);
    graph_free(dead);
    dataset_free(data);
    graph_free(g);
}

Test(proof, survives_want_of_memory)
{
    struct graph *g = model("mlp");
    struct settings s = asked("technique=neuron sparsity=0.3", 0);
    for (long i = 0;; i++) {
        double diff;
        int constant;
        mem_fail_after(i);
        int rc = search_proof(&diff, &constant, g, g, &s, NULL, NULL);
        int failed = mem_failed();
        mem_fail_after(-1);
        if (!failed) {
            cr_assert_eq(rc, 0);
            break;
        }
        cr_assert_eq(rc, PRUNE_E_MEMORY);
    }
    graph_free(g);
}

#include "api/report.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "prune/describe.h"
#include "prune/technique.h"

void run_note_seconds(struct run *r, const char *phase, double seconds)
{
    int i = 0;
    while (i < r->n_phases && strcmp(r->phases[i].name, phase))
        i++;
    if (i == MAX_PHASES)
        return;
    if (i == r->n_phases)
        r->phases[r->n_phases++].name = phase;
    r->phases[i].seconds += seconds;
}

static json_t *target_json(const struct settings *s)
{
    json_t *o = json_object();
    json_put_real(o, target_name(s->target), s->amount);
    return o;
}

/* The value of that name in the pruned graph: weights keep their names. */
static const struct value *twin(const struct graph *g, const char *name)
{
    int v = graph_find_value(g, name);
    return v >= 0 && g->values[v].constant ? &g->values[v] : NULL;
}

/* The node of g that reads value v. */
static int first_reader(void *payload, int node, int input)
{
    (void)input;
    *(int *)payload = node;
    return 1;
}

static void put_after(json_t *o, const struct run *r, const struct value *w)
{
    const struct value *after = twin(r->pruned.graph, w->name);
    int node = -1;
    if (after)
        graph_each_use(r->pruned.graph, (int)(after - r->pruned.graph->values),
                       first_reader, &node);
    if (!after || node < 0) {
        json_put_int(o, "parameters_after", 0);
        json_put_int(o, "nonzeros_after", 0);
        json_put_int(o, "macs_after", 0);
        return;
    }
    const struct node_cost *c = &r->pruned.costs.nodes[node];
    json_put(o, "shape_after", shape_json(&after->constant->shape));
    json_put_int(o, "parameters_after", c->parameters);
    json_put_int(o, "nonzeros_after", c->nonzeros);
    json_put_int(o, "macs_after", c->macs);
    const char *kernel = r->kernels[1] ? r->kernels[1][node] : "";
    if (*kernel)
        json_put_text(o, "kernel", kernel);
}

/* One row per node that holds prunable weights. */
static json_t *layers_json(const struct run *r)
{
    const struct graph *g = r->c.original.graph;
    struct weight_site *sites;
    int n;
    if (cost_weights(&sites, &n, g, NULL))
        return NULL;
    json_t *list = json_array();
    for (int i = 0; i < n; i++) {
        const struct node *node = &g->nodes[sites[i].node];
        const struct value *w = &g->values[sites[i].value];
        const struct node_cost *c = &r->c.original.costs.nodes[sites[i].node];
        json_t *o = json_object();
        json_put_text(o, "node", node->label);
        json_put_text(o, "op", node->type);
        json_put(o, "shape_before", shape_json(&w->constant->shape));
        json_put_int(o, "parameters_before", c->parameters);
        json_put_int(o, "macs_before", c->macs);
        put_after(o, r, w);
        json_array_append_new(list, o);
    }
    mem_free(sites);
    return list;
}

static json_t *refusals_json(const struct decision *d)
{
    json_t *list = json_array();
    for (int i = 0; i < d->n_refusals; i++) {
        json_t *o = json_object();
        json_put_text(o, "node", d->refusals[i].node);
        json_put_text(o, "reason", d->refusals[i].reason);
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *recovery_json(const struct recovery_log *log)
{
    json_t *list = json_array();
    for (int i = 0; i < log->n; i++) {
        const struct recovery_note *note = &log->notes[i];
        json_t *o = json_object();
        json_put_text(o, "step", note->step);
        if (isfinite(note->accuracy))
            json_put_real(o, "accuracy", note->accuracy);
        if (isfinite(note->loss))
            json_put_real(o, "loss", note->loss);
        json_put_real(o, "seconds", note->seconds);
        json_put_bool(o, "kept", note->kept);
        json_array_append_new(list, o);
    }
    if (!log->n)
        json_array_append_new(list, json_pack("{s:s}", "step", "none"));
    return list;
}

static json_t *checks_json(const struct run *r)
{
    json_t *o = json_object();
    json_put_bool(o, "reload", 1);
    if (r->has_proof)
        json_put_real(o, "removal_max_abs_diff", r->proof);
    if (r->constant_outputs)
        json_put_text(o, "removal", "not proven: the outputs are constant");
    if (r->no_run.code)
        json_put_text(o, "run", r->no_run.text);
    return o;
}

/* "model name" of the first processor, as the kernel has it. */
static const char *cpu_name(char out[static 128])
{
    strcpy(out, "unknown");
    FILE *f = fopen("/proc/cpuinfo", "re");
    char line[256];
    while (f && fgets(line, sizeof line, f))
        if (sscanf(line, "model name : %127[^\n]", out) == 1)
            break;
    if (f)
        fclose(f);
    return out;
}

static json_t *provenance_json(const struct run *r)
{
    const struct settings *s = &r->c.options.settings;
    char cpu[128];
    json_t *o = json_object();
    json_put_text(o, "model_sha256", r->c.original.sha256);
    if (r->c.data) {
        json_put_text(o, "data_sha256", dataset_sha256(r->c.data));
        json_put_text(o, "split", dataset_split_text(r->c.data));
    }
    json_put_text(o, "output_sha256", r->pruned.sha256);
    json_put_text(o, "version", prune_version());
    json_put_text(o, "engine", engine_version());
    json_put_text(o, "cpu", cpu_name(cpu));
    json_put_int(o, "threads", s->threads);
    json_put_int(o, "seed", (int64_t)s->seed);
    return o;
}

static json_t *seconds_json(const struct run *r)
{
    json_t *o = json_object();
    for (int i = 0; i < r->n_phases; i++)
        json_put_real(o, r->phases[i].name, r->phases[i].seconds);
    return o;
}

static json_t *head_json(const struct run *r)
{
    const struct settings *s = &r->c.options.settings;
    json_t *o = json_object();
    json_put_text(o, "technique", s->technique->name);
    if (s->criterion[0])
        json_put_text(o, "criterion", s->criterion);
    json_put(o, "target", target_json(s));
    json_put_real(o, "achieved", r->decision.achieved);
    json_put_bool(o, "target_met", r->decision.target_met);
    json_put(o, "settings", settings_json(s));
    return o;
}

json_t *report_new(const struct run *r)
{
    const struct subject *const both[] = {&r->c.original, &r->pruned};
    json_t *o = figures_compare(head_json(r), both, r->figures,
                                &r->agreement);
    json_put(o, "layers", layers_json(r));
    json_put(o, "refusals", refusals_json(&r->decision));
    json_put(o, "recovery", recovery_json(&r->recovery));
    json_put(o, "checks", checks_json(r));
    json_put(o, "provenance", provenance_json(r));
    json_put(o, "seconds", seconds_json(r));
    return o;
}

json_t *report_plan(const struct run *r)
{
    const struct decision *d = &r->decision;
    json_t *o = head_json(r);
    json_put_int(o, "prunable", d->prunable);
    json_put_int(o, "removed", d->removed);
    json_t *list = json_array();
    for (int i = 0; i < d->n_parts; i++) {
        const struct decision_part *p = &d->parts[i];
        json_t *part = json_object();
        json_put_text(part, "node", p->node);
        json_put_text(part, "op", p->op);
        json_put_text(part, "what", p->what);
        json_put_int(part, "removed", p->removed);
        json_put_int(part, "total", p->total);
        json_array_append_new(list, part);
    }
    json_put(o, "parts", list);
    json_put(o, "refusals", refusals_json(d));
    return o;
}

#include <inttypes.h>
#include <string.h>

#include "base/alloc.h"
#include "base/sha256.h"
#include "data/data.h"
#include "data/npz.h"

enum { TRAIN, TEST, PARTS, HOLD_BACK = 5 };

/* Where an element of a sample comes from: samples are stored as (a, b, c)
 * and read as channel-first. */
struct dataset {
    struct data_settings settings;
    struct tensor *x[PARTS], *y[PARTS]; /* TRAIN and TEST may be the same */
    struct data_part part[PARTS];
    int64_t *index[PARTS];
    struct shape sample; /* as fed to the model */
    int64_t channels;    /* of the stored sample */
    int64_t space;       /* elements per channel */
    int channels_last;
    float mean[MAX_CHANNELS], std[MAX_CHANNELS];
    float scale;
    const char *split;
    char sha256[SHA256_HEX];
};

const struct data_part *dataset_train(const struct dataset *d)
{
    return &d->part[TRAIN];
}

const struct data_part *dataset_test(const struct dataset *d)
{
    return &d->part[TEST];
}

const char *dataset_split_text(const struct dataset *d)
{
    return d->split;
}

const char *dataset_sha256(const struct dataset *d)
{
    return d->sha256;
}

const struct shape *dataset_sample(const struct dataset *d)
{
    return &d->sample;
}

void dataset_free(struct dataset *d)
{
    if (!d)
        return;
    for (int i = 0; i < PARTS; i++) {
        tensor_unref(d->x[i]);
        tensor_unref(d->y[i]);
        mem_free(d->index[i]);
    }
    mem_free(d);
}

static int check_arrays(const struct tensor *x, const struct tensor *y,
                        const char *x_name, const char *y_name,
                        struct prune_error *err)
{
    if (x->dtype != DTYPE_U8 && x->dtype != DTYPE_F32)
        return err_set(err, PRUNE_E_INPUT,
                       "array %s is %s; it must be float32 or uint8", x_name,
                       dtype_name(x->dtype));
    if (x->shape.rank < 2 || !shape_numel(&x->shape))
        return err_set(err, PRUNE_E_INPUT, "array %s holds no samples",
                       x_name);
    if (!y)
        return 0;
    if (dtype_is_float(y->dtype) || tensor_numel(y) != x->shape.dims[0])
        return err_set(err, PRUNE_E_INPUT,
                       "array %s must hold one whole number, the class, for "
                       "each of the %" PRId64 " samples of %s",
                       y_name, x->shape.dims[0], x_name);
    return 0;
}

static int load_pair(struct dataset *d, int part, struct npz *z,
                     const char *x_name, const char *y_name,
                     struct prune_error *err)
{
    int rc = npz_read(&d->x[part], z, x_name, err);
    if (!rc && npz_has(z, y_name))
        rc = npz_read(&d->y[part], z, y_name, err);
    if (!rc)
        rc = check_arrays(d->x[part], d->y[part], x_name, y_name, err);
    if (!rc)
        d->part[part] = (struct data_part){.set = d,
                                           .array = part,
                                           .n = d->x[part]->shape.dims[0],
                                           .labels = d->y[part] != NULL};
    return rc;
}

/* One array for both parts: every fifth sample calibrates. */
static int hold_back(struct dataset *d, struct prune_error *err)
{
    int64_t n = d->part[TEST].n, counts[PARTS] = {0};
    for (int p = 0; p < PARTS; p++) {
        d->index[p] = mem_calloc((size_t)n, sizeof *d->index[p]);
        if (!d->index[p])
            return err_memory(err, "a data set");
    }
    for (int64_t i = 0; i < n; i++) {
        int p = i % HOLD_BACK == HOLD_BACK - 1 ? TRAIN : TEST;
        d->index[p][counts[p]++] = i;
    }
    d->x[TRAIN] = tensor_ref(d->x[TEST]);
    d->y[TRAIN] = d->y[TEST] ? tensor_ref(d->y[TEST]) : NULL;
    d->part[TRAIN] = d->part[TEST];
    d->part[TRAIN].array = TRAIN;
    for (int p = 0; p < PARTS; p++) {
        d->part[p].n = counts[p];
        d->part[p].index = d->index[p];
    }
    d->split = "every fifth sample of x calibrates, the others test";
    return 0;
}

static int same_samples(const struct dataset *d, struct prune_error *err)
{
    struct shape a = d->x[TRAIN]->shape, b = d->x[TEST]->shape;
    a.dims[0] = b.dims[0];
    if (shape_equal(&a, &b) && d->x[TRAIN]->dtype == d->x[TEST]->dtype)
        return 0;
    return err_set(err, PRUNE_E_INPUT,
                   "the samples of x_train and x_test differ in shape or "
                   "type");
}

static int load(struct dataset *d, struct npz *z, struct prune_error *err)
{
    int rc;
    if (npz_has(z, "x_test")) {
        d->split = "x_train calibrates, x_test tests";
        rc = load_pair(d, TEST, z, "x_test", "y_test", err);
        if (!rc && npz_has(z, "x_train")) {
            rc = load_pair(d, TRAIN, z, "x_train", "y_train", err);
            return rc ? rc : same_samples(d, err);
        }
        d->part[TRAIN].set = d;
        return rc;
    }
    if (npz_has(z, "x")) {
        rc = load_pair(d, TEST, z, "x", "y", err);
        return rc ? rc : hold_back(d, err);
    }
    return err_set(err, PRUNE_E_INPUT,
                   "holds neither x_test nor x; the arrays are named "
                   "x_train, y_train, x_test, y_test, or x, y");
}

static int spread(float out[static MAX_CHANNELS], const double *in, int n,
                  int64_t channels, double other, const char *name,
                  struct prune_error *err)
{
    if (n > 1 && n != channels)
        return err_set(err, PRUNE_E_INPUT,
                       "%s has %d values, the samples have %" PRId64
                       " channels",
                       name, n, channels);
    for (int i = 0; i < MAX_CHANNELS; i++)
        out[i] = (float)(!n ? other : n == 1 ? in[0] : in[i]);
    return 0;
}

/* Channels and the order of the stored samples. */
static int set_layout(struct dataset *d, struct prune_error *err)
{
    const struct shape *s = &d->x[TEST]->shape;
    const char *layout = d->settings.layout;
    size_t want = strlen(layout);
    if (want && (size_t)s->rank != want) {
        char text[96];
        return err_set(err, PRUNE_E_INPUT,
                       "layout %s needs %zu axes, the array has shape %s",
                       layout, want, shape_text(s, text));
    }
    d->sample.rank = s->rank - 1;
    memcpy(d->sample.dims, s->dims + 1,
           (size_t)d->sample.rank * sizeof *s->dims);
    d->channels_last = !strcmp(layout, "NHWC");
    d->channels = 1;
    if (d->channels_last)
        d->channels = s->dims[3];
    else if (s->rank == 4)
        d->channels = s->dims[1];
    d->space = shape_numel(&d->sample) / d->channels;
    if (d->channels_last) {
        d->sample.dims[0] = s->dims[3];
        d->sample.dims[1] = s->dims[1];
        d->sample.dims[2] = s->dims[2];
    }
    return 0;
}

static int set_normalisation(struct dataset *d, struct prune_error *err)
{
    const struct data_settings *s = &d->settings;
    double scale = s->scale;
    if (scale == 0)
        scale = d->x[TEST]->dtype == DTYPE_U8 ? 255 : 1;
    d->scale = (float)scale;
    int rc = spread(d->mean, s->mean, s->n_mean, d->channels, 0, "mean", err);
    if (!rc)
        rc = spread(d->std, s->std, s->n_std, d->channels, 1, "std", err);
    for (int i = 0; i < MAX_CHANNELS && !rc; i++)
        if (!(d->std[i] > 0) || !(d->scale > 0))
            rc = err_set(err, PRUNE_E_INPUT, "scale and std must be above 0");
    return rc;
}

static int load_file(struct dataset *d, const char *path,
                     struct prune_error *err)
{
    struct npz *z;
    int rc = npz_open(&z, path, err);
    if (rc)
        return rc;
    rc = load(d, z, err);
    npz_close(z);
    if (!rc)
        rc = set_layout(d, err);
    if (!rc)
        rc = set_normalisation(d, err);
    if (rc) {
        err_prefix(err, "%s", path);
        return rc;
    }
    if (sha256_of_file(path, d->sha256))
        return err_set(err, PRUNE_E_INPUT, "%s: cannot be read", path);
    return 0;
}

int dataset_open(struct dataset **out, const char *path,
                 const struct data_settings *settings,
                 struct prune_error *err)
{
    struct dataset *d = mem_new(sizeof *d);
    if (!d)
        return err_memory(err, "a data set");
    d->settings = *settings;
    int rc = load_file(d, path, err);
    if (rc) {
        dataset_free(d);
        return rc;
    }
    *out = d;
    return 0;
}

static struct shape squeezed(const struct shape *s, int from)
{
    struct shape out = {0};
    for (int i = from; i < s->rank; i++)
        if (s->dims[i] != 1)
            out.dims[out.rank++] = s->dims[i];
    return out;
}

/* Samples fit when only sizes of 1 differ, or when the model takes them
 * flat. */
int dataset_fit(struct dataset *d, const struct shape *want,
                const char *input_name, struct prune_error *err)
{
    struct shape have = squeezed(&d->sample, 0), need = squeezed(want, 1);
    int flat = need.rank == 1 &&
               shape_numel(&need) == shape_numel(&d->sample);
    if (want->rank < 1 || (!flat && !shape_equal(&have, &need))) {
        char a[96], b[96];
        return err_set(err, PRUNE_E_INPUT,
                       "the data do not fit the model: a sample has shape "
                       "%s, input %s wants %s (batch first)",
                       shape_text(&d->sample, a), input_name,
                       shape_text(want, b));
    }
    d->sample.rank = want->rank - 1;
    memcpy(d->sample.dims, want->dims + 1,
           (size_t)d->sample.rank * sizeof *want->dims);
    return 0;
}

/* One sample, channel by channel; stride is the distance between elements
 * of one channel in the stored sample. */
static void read_sample(const struct dataset *d, const struct tensor *t,
                        int64_t sample, float *x)
{
    int64_t size = d->channels * d->space;
    int64_t stride = d->channels_last ? d->channels : 1;
    const unsigned char *u8 = (const unsigned char *)t->data + sample * size;
    const float *f32 = (const float *)t->data + sample * size;
    for (int64_t c = 0; c < d->channels; c++) {
        int64_t from = d->channels_last ? c : c * d->space;
        int64_t k = c < MAX_CHANNELS ? c : 0;
        for (int64_t i = 0; i < d->space; i++) {
            int64_t at = from + i * stride;
            float raw = t->dtype == DTYPE_U8 ? (float)u8[at] : f32[at];
            x[c * d->space + i] = (raw / d->scale - d->mean[k]) / d->std[k];
        }
    }
}

int data_read(const struct data_part *part, int64_t first, int64_t n,
              float *x, int64_t *y, struct prune_error *err)
{
    const struct dataset *d = part->set;
    if (first < 0 || n < 0 || first > part->n - n)
        return err_set(err, PRUNE_E_FAILED,
                       "samples %" PRId64 " to %" PRId64 " of %" PRId64
                       " were asked for",
                       first, first + n, part->n);
    int64_t size = d->channels * d->space;
    for (int64_t i = 0; i < n; i++) {
        int64_t s = part->index ? part->index[first + i] : first + i;
        read_sample(d, d->x[part->array], s, x + i * size);
        if (y)
            y[i] = part->labels ? tensor_int(d->y[part->array], s) : -1;
    }
    return 0;
}

#include <string.h>

#include "api/options.h"
#include "base/alloc.h"
#include "base/export.h"
#include "base/json.h"
#include "data/data.h"
#include "data/idx.h"
#include "data/npz.h"
#include "prune/dataset.h"

enum { MOST_ARRAYS = 4 };

static const char *const names[] = {"x_train", "y_train", "x_test", "y_test"};
static const char *const names_alone[] = {"x", "y"};

static int check_pair(const struct tensor *x, const struct tensor *y,
                      const char *images, const char *labels,
                      struct prune_error *err)
{
    if (y->shape.rank != 1 || x->shape.rank < 2 ||
        x->shape.dims[0] != y->shape.dims[0])
        return err_set(err, PRUNE_E_INPUT,
                       "%s and %s do not belong together: images and labels "
                       "must be equally many",
                       images, labels);
    return 0;
}

PRUNE_EXPORT int prune_dataset_pack(const char *output, const char *images,
                                    const char *labels,
                                    const char *test_images,
                                    const char *test_labels,
                                    struct prune_error *err)
{
    const char *const files[] = {images, labels, test_images, test_labels};
    struct tensor *t[MOST_ARRAYS] = {0};
    int n = test_images ? 4 : 2, rc = 0;
    for (int i = 0; i < n && !rc; i++)
        rc = idx_read(&t[i], files[i], err);
    for (int i = 0; i < n && !rc; i += 2)
        rc = check_pair(t[i], t[i + 1], files[i], files[i + 1], err);
    if (!rc)
        rc = npz_write(output, n == 4 ? names : names_alone, t, n, err);
    for (int i = 0; i < n; i++)
        tensor_unref(t[i]);
    return rc;
}

static json_t *array_json(const char *name, const struct npy_head *h)
{
    json_t *o = json_object();
    json_put_text(o, "name", name);
    json_put_text(o, "dtype", dtype_name(h->dtype));
    json_put(o, "shape", shape_json(&h->shape));
    return o;
}

static int list_arrays(json_t *list, const char *path,
                       struct prune_error *err)
{
    struct npz *z;
    int rc = npz_open(&z, path, err);
    if (rc)
        return rc;
    for (int i = 0; i < MOST_ARRAYS + 2 && !rc; i++) {
        const char *name = i < MOST_ARRAYS ? names[i]
                                           : names_alone[i - MOST_ARRAYS];
        struct npy_head h;
        if (!npz_has(z, name))
            continue;
        rc = npz_head(&h, z, name, err);
        if (!rc)
            json_array_append_new(list, array_json(name, &h));
    }
    npz_close(z);
    return rc;
}

PRUNE_EXPORT int prune_dataset_inspect(char **result, const char *path,
                                       const struct prune_options *options,
                                       struct prune_error *err)
{
    struct dataset *d;
    int rc = dataset_open(&d, path, &options->data, err);
    if (rc)
        return rc;
    json_t *o = json_object(), *arrays = json_array();
    rc = list_arrays(arrays, path, err);
    json_put(o, "arrays", arrays);
    json_put_int(o, "train", dataset_train(d)->n);
    json_put_int(o, "test", dataset_test(d)->n);
    json_put_bool(o, "labels", dataset_test(d)->labels);
    json_put_text(o, "split", dataset_split_text(d));
    json_put_text(o, "sha256", dataset_sha256(d));
    if (!rc)
        rc = (*result = json_dump(o)) ? 0 : err_memory(err, "the answer");
    json_decref(o);
    dataset_free(d);
    return rc;
}

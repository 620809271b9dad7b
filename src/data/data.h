#ifndef DATA_DATA_H
#define DATA_DATA_H

#include "graph/tensor.h"

/* Labelled samples from a .npz file, normalised as they are read:
 * value = (raw / scale - mean[c]) / std[c]. */

enum { MAX_CHANNELS = 64 };

struct data_settings {
    double scale;         /* 0: 255 for uint8, 1 for float32 */
    int n_mean, n_std;    /* 0: none; 1: for every channel */
    double mean[MAX_CHANNELS], std[MAX_CHANNELS];
    char layout[8];       /* "NCHW", "NHWC", "NHW", "" = as it comes */
};

/* One part of a data set: a list of samples in a fixed order. */
struct data_part {
    const struct dataset *set;
    int array;            /* 0: x_train, 1: x_test */
    int64_t n;            /* samples */
    const int64_t *index; /* sample numbers in the array; NULL: 0 … n-1 */
    int labels;           /* whether there are labels */
};

struct dataset;

int dataset_open(struct dataset **out, const char *path,
                 const struct data_settings *settings,
                 struct prune_error *err);
void dataset_free(struct dataset *d);

/* The training part (calibration and recovery read only this) and the test
 * part (accuracy is measured on this, the whole of it). Where the file has
 * `x`, `y` alone, every fifth sample is held back as the training part.
 * Either may have n = 0. */
const struct data_part *dataset_train(const struct dataset *d);
const struct data_part *dataset_test(const struct dataset *d);
/* "calibration: every fifth sample of x" and the like, for the report. */
const char *dataset_split_text(const struct dataset *d);
const char *dataset_sha256(const struct dataset *d);

/* Fits samples to a model input of shape `want` (batch axis first; a
 * missing channel axis of 1 is added, NHWC is turned to NCHW when layout
 * says so). PRUNE_E_INPUT with both shapes when they do not fit. */
int dataset_fit(struct dataset *d, const struct shape *want,
                const char *input_name, struct prune_error *err);

/* Shape of one sample as the model is fed it, without the batch axis. */
const struct shape *dataset_sample(const struct dataset *d);

/* Reads samples first … first+n-1 of the part, normalised, row-major, into
 * x [n, sample...]; labels into y [n] when y is not NULL (-1: none). */
int data_read(const struct data_part *part, int64_t first, int64_t n,
              float *x, int64_t *y, struct prune_error *err);

#endif

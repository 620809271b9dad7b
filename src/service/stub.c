/* Stand-ins until the rooms are filled in. */
#include "service/read.h"
#include "service/service.h"
#include "service/upload.h"

int service_open(struct service **out, const struct config *config,
                 struct prune_error *err)
{
    (void)out;
    (void)config;
    return err_set(err, PRUNE_E_FAILED, "the service is not there yet");
}
void service_run(struct service *s) { (void)s; }
void service_stop(struct service *s) { (void)s; }
void service_close(struct service *s) { (void)s; }
int service_draining(struct service *s) { (void)s; return 0; }
const json_t *service_describe(const struct service *s) { (void)s; return NULL; }
const struct config *service_config(const struct service *s) { (void)s; return NULL; }
int service_post_jobs(struct service *s, json_t *settings, int text,
                      service_done_f *done, void *data)
{ (void)s; (void)text; (void)done; (void)data; json_decref(settings); return -1; }
#define POST(name) int service_post_##name(struct service *s, const char *id, service_done_f *done, void *data) \
{ (void)s; (void)id; (void)done; (void)data; return -1; }
POST(cancel) POST(job_delete) POST(model_delete) POST(dataset_delete)
void service_watch(struct service *s, struct service_watch *w) { (void)s; (void)w; }
void service_rewatch(struct service *s, struct service_watch *w, int64_t d) { (void)s; (void)w; (void)d; }
void service_unwatch(struct service *s, struct service_watch *w) { (void)s; (void)w; }
int upload_begin(struct upload **out, struct service *s, const struct upload_request *request, struct answer *refusal)
{ (void)out; (void)s; (void)request; refusal->status = 500; return -1; }
int upload_write(struct upload *u, const void *bytes, size_t n, struct answer *refusal)
{ (void)u; (void)bytes; (void)n; refusal->status = 500; return -1; }
void upload_drop(struct upload *u) { (void)u; }
int service_post_upload(struct service *s, struct upload *u, service_done_f *done, void *data)
{ (void)s; (void)u; (void)done; (void)data; return -1; }
struct reader *service_reader(struct service *s, struct answer *a) { (void)s; a->status = 500; return NULL; }
#define R1(name) int read_##name(struct reader *r, struct answer *a) { (void)r; a->status = 500; return -1; }
R1(index) R1(ready)
#define R2(name) int read_##name(struct reader *r, const struct page *p, struct answer *a) { (void)r; (void)p; a->status = 500; return -1; }
R2(models) R2(datasets)
#define R3(name) int read_##name(struct reader *r, const char *p, struct answer *a) { (void)r; (void)p; a->status = 500; return -1; }
R3(model) R3(graph) R3(dataset) R3(job) R3(job_report)
int read_jobs(struct reader *r, const struct job_filter *filter, const struct page *page, struct answer *a)
{ (void)r; (void)filter; (void)page; a->status = 500; return -1; }
int read_compare(struct reader *r, const char *model, const char *group, struct answer *a)
{ (void)r; (void)model; (void)group; a->status = 500; return -1; }
char *compare_csv(const json_t *body) { (void)body; return NULL; }
#define R4(name) int read_##name(struct reader *r, const char *p, struct read_file *f, struct answer *a) { (void)r; (void)p; (void)f; a->status = 500; return -1; }
R4(model_file) R4(dataset_file) R4(job_model) R4(job_log)
int read_events(struct reader *r, const char *job, int64_t after, size_t limit, struct events *out, struct answer *a)
{ (void)r; (void)job; (void)after; (void)limit; (void)out; a->status = 500; return -1; }
void events_done(struct events *e) { (void)e; }

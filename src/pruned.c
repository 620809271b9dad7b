#include <signal.h>
#include <stdio.h>

#include "config.h"

#include "http/server.h"
#include "service/service.h"
#include "sys/config.h"
#include "sys/notify.h"

/* Serves until it is told to stop, then closes in reverse order. */
static int serve(const struct config *config, struct prune_error *err)
{
    struct service *service = NULL;
    struct http_server *http = NULL;
    struct listen_address address;
    /* An address that is refused should not cost a database first. */
    int rc = config_listen(&address, config->listen, err);
    if (rc == 0)
        rc = service_open(&service, config, err);
    if (rc == 0)
        rc = http_server_open(&http, service, config, err);
    if (rc == 0) {
        fprintf(stderr, "pruned: listening on %s\n", http_server_url(http));
        notify_send("READY=1");
        service_run(service);
    }
    http_server_close(http);
    service_close(service);
    return rc;
}

static int fail(const struct prune_error *e)
{
    fprintf(stderr, "pruned: error: %s\n", e->text);
    return e->code == PRUNE_E_USAGE ? 2 : 1;
}

int main(int argc, char **argv)
{
    struct config config = {0};
    struct prune_error e = {0};
    int status = 0;
    /* A peer that is gone is an error of its write, no signal. */
    signal(SIGPIPE, SIG_IGN);
    if (config_load(&config, argc, argv, &e))
        status = fail(&e);
    else if (config.help)
        config_help(stdout);
    else if (config.version)
        puts("pruned " PACKAGE_VERSION);
    else if (serve(&config, &e))
        status = fail(&e);
    config_done(&config);
    return status;
}

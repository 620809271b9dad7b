#include "http/listen.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

Test(listen, takes_a_free_port)
{
    struct listen_address a = {.host = "127.0.0.1", .loopback = 1};
    struct prune_error e = {0};
    char url[64], want[64];
    int fd = -1, other = -1;
    cr_assert_eq(listen_open(&fd, &a, 8, &e), 0, "%s", e.text);
    cr_assert_gt(a.port, 0);
    listen_url(url, sizeof url, &a);
    snprintf(want, sizeof want, "http://127.0.0.1:%u", a.port);
    cr_assert_str_eq(url, want);
    cr_assert_eq(listen_open(&other, &a, 8, &e), PRUNE_E_FAILED);
    cr_assert_eq(other, -1);
    cr_assert_not_null(strstr(e.text, want));
    listen_close(fd, &a);
}

Test(listen, replaces_a_dead_socket_file_alone)
{
    char folder[] = "/tmp/prune-listen-XXXXXX";
    cr_assert_not_null(mkdtemp(folder));
    struct listen_address a = {.loopback = 1};
    snprintf(a.path, sizeof a.path, "%s/socket", folder);
    int fd = -1, other = -1;
    struct stat st;
    cr_assert_eq(listen_open(&fd, &a, 8, NULL), 0);
    cr_assert_eq(stat(a.path, &st), 0);
    cr_assert_eq(st.st_mode & 0777, 0600);
    cr_assert_eq(listen_open(&other, &a, 8, NULL), PRUNE_E_FAILED,
                 "someone listens there");
    close(fd); /* as a crash would: the file stays */
    cr_assert_eq(listen_open(&other, &a, 8, NULL), 0);
    listen_close(other, &a);
    cr_assert_eq(rmdir(folder), 0);
}

/* covers: store/blob store/blob_rows */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "store_fixture.h"

TestSuite(blob, .init = store_setup, .fini = store_teardown);

static int file_there(const char *hex)
{
    int fd = blob_open(state.blobs, hex);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

Test(blob, is_kept_by_its_hash)
{
    char hex[SHA256_HEX], again[SHA256_HEX];
    put_blob(hex, "abc");
    cr_assert_str_eq(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9c"
                          "b410ff61f20015ad");
    put_blob(again, "abc");
    cr_assert_str_eq(again, hex);
    cr_assert_eq(number("SELECT count(*) FROM blob"), 1);
    char text[8] = "";
    int fd = blob_open(state.blobs, hex);
    cr_assert_eq(read(fd, text, 8), 3);
    struct stat st;
    cr_assert_eq(fstat(fd, &st), 0);
    cr_assert_eq(st.st_mode & 0777, 0400);
    close(fd);
    cr_assert_str_eq(text, "abc");
}

Test(blob, what_is_dropped_leaves_nothing)
{
    struct blob_file f;
    cr_assert_eq(blob_file_begin(&f, state.blobs, &err), 0);
    cr_assert_eq(blob_file_write(&f, "abc", 3, &err), 0);
    blob_file_end(&f);
    blob_file_drop(&f);
    cr_assert(!file_there(f.hex));
    char hashes[128];
    snprintf(hashes, sizeof hashes, "%s/sha256", state.blobs);
    cr_assert_eq(rmdir(hashes), 0); /* it is empty */
}

Test(blob, a_file_with_a_path_can_be_taken)
{
    char path[128], hex[SHA256_HEX];
    int64_t bytes;
    snprintf(path, sizeof path, "%s/out", root);
    int fd = open(path, O_WRONLY | O_CREAT, 0600);
    cr_assert_eq(write(fd, "abc", 3), 3);
    close(fd);
    cr_assert_eq(blob_take(hex, &bytes, path, &err), 0, "%s", err.text);
    cr_assert_eq(bytes, 3);
    cr_assert_eq(blob_link(state.blobs, hex, path, &err), 0);
    cr_assert(file_there(hex));
}

Test(blob, takes_no_links_and_no_folders)
{
    char path[128], hex[SHA256_HEX];
    int64_t bytes;
    snprintf(path, sizeof path, "%s/link", root);
    cr_assert_eq(symlink("/etc/passwd", path), 0);
    cr_assert_lt(blob_take(hex, &bytes, path, &err), 0);
    cr_assert_lt(blob_take(hex, &bytes, root, &err), 0);
}

Test(blob, room_on_the_disk_is_asked_for)
{
    cr_assert_eq(blob_room(state.blobs, 1, 0, &err), 0);
    cr_assert_eq(blob_room(state.blobs, INT64_C(1) << 60, 0, &err),
                 BLOB_FULL);
    cr_assert_not_null(strstr(err.text, "are needed"), "%s", err.text);
}

Test(blob, a_full_disk_is_told_from_other_trouble)
{
    struct blob_file f;
    cr_assert_eq(blob_file_begin(&f, state.blobs, &err), 0);
    close(f.fd);
    f.fd = open("/dev/full", O_WRONLY);
    cr_assert_eq(blob_file_write(&f, "abc", 3, &err), BLOB_FULL);
    blob_file_drop(&f);
}

Test(blob, goes_with_its_last_reference)
{
    char hex[SHA256_HEX];
    put_blob(hex, "abc");
    int64_t one = put_job("j1", hex), two = put_job("j2", hex);
    int gone = -1;
    cr_assert_eq(blob_release(db, hex, &gone, &err), 0);
    cr_assert_eq(gone, 0);
    cr_assert_eq(job_delete(db, one, &err), 0);
    cr_assert_eq(blob_release(db, hex, &gone, &err), 0);
    cr_assert_eq(gone, 0);
    cr_assert_eq(job_delete(db, two, &err), 0);
    cr_assert_eq(blob_release(db, hex, &gone, &err), 0);
    cr_assert_eq(gone, 1);
    int there = -1;
    cr_assert_eq(blob_exists(db, hex, &there, &err), 0);
    cr_assert_eq(there, 0);
}

Test(blob, the_sweep_removes_files_without_rows)
{
    char kept[SHA256_HEX], lost[SHA256_HEX], junk[160];
    put_blob(kept, "kept");
    put_job("j1", kept);
    put_blob(lost, "lost"); /* as after a crash between file and row */
    cr_assert_eq(db_run(db, &err, "DELETE FROM blob WHERE sha256 = ?", "t",
                        lost), 0);
    snprintf(junk, sizeof junk, "%s/tmp-abc", state.blobs);
    close(open(junk, O_WRONLY | O_CREAT, 0600));
    struct blob_sweep sweep;
    cr_assert_eq(blob_sweep(db, state.blobs, &sweep, &err), 0, "%s",
                 err.text);
    cr_assert_eq(sweep.removed, 1);
    cr_assert_eq(sweep.missing, 0);
    cr_assert(file_there(kept));
    cr_assert(!file_there(lost));
    cr_assert_neq(access(junk, F_OK), 0);
}

Test(blob, the_sweep_reports_rows_without_files)
{
    char hex[SHA256_HEX];
    put_blob(hex, "abc");
    put_job("j1", hex);
    blob_unlink(state.blobs, hex);
    struct blob_sweep sweep;
    cr_assert_eq(blob_sweep(db, state.blobs, &sweep, &err), 0);
    cr_assert_eq(sweep.missing, 1);
    cr_assert_eq(number("SELECT count(*) FROM blob WHERE state = 'missing'"),
                 1);
    put_blob(hex, "abc"); /* uploaded again */
    cr_assert_eq(number("SELECT count(*) FROM blob WHERE state = 'missing'"),
                 0);
}

Test(blob, the_sweep_drops_what_nothing_refers_to)
{
    char hex[SHA256_HEX];
    put_blob(hex, "abc");
    struct blob_sweep sweep;
    cr_assert_eq(blob_sweep(db, state.blobs, &sweep, &err), 0);
    cr_assert_eq(sweep.removed, 1);
    cr_assert(!file_there(hex));
    cr_assert_eq(number("SELECT count(*) FROM blob"), 0);
}

Test(blob, sweeping_lives_with_any_allocation_failing)
{
    char hex[SHA256_HEX];
    put_blob(hex, "abc");
    put_job("j1", hex);
    for (long i = 0;; i++) {
        struct blob_sweep sweep = {0};
        struct prune_error e = {0};
        mem_fail_after(i);
        (void)blob_sweep(db, state.blobs, &sweep, &e);
        int failed = mem_failed();
        mem_fail_after(-1);
        cr_assert(file_there(hex));
        if (!failed)
            break;
    }
}

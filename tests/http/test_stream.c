#include "http/stream.h"

#include <criterion/criterion.h>

#include "base/alloc.h"

Test(stream, writes_events)
{
    struct event items[] = {{7, "state", "{\"state\":\"running\"}"},
                            {9, "log", "{}"}};
    struct events events = {items, 2, 0};
    struct buf b = {0};
    cr_assert_eq(stream_text(&b, &events), 0);
    cr_assert_str_eq(b.data,
                     "id: 7\nevent: state\ndata: {\"state\":\"running\"}\n\n"
                     "id: 9\nevent: log\ndata: {}\n\n");
    buf_done(&b);
}

Test(stream, survives_want_of_memory)
{
    struct event item = {1, "log", "{}"};
    struct events events = {&item, 1, 0};
    struct buf b = {0};
    mem_fail_after(0);
    cr_assert_eq(stream_text(&b, &events), -1);
    mem_fail_after(-1);
    buf_done(&b);
}

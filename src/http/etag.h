#ifndef HTTP_ETAG_H
#define HTTP_ETAG_H

/* Whether the list of an If-Match or If-None-Match header names `etag`
 * (quotes included). `*` matches anything. With `weak`, W/"x" equals "x"
 * (RFC 9110 section 8.8.3.2). NULL matches nothing. */
int etag_listed(const char *list, const char *etag, int weak);

/* Whether If-Range lets a range hold: absent, or the same strong tag. A date
 * never matches, since we send none. */
int etag_range_holds(const char *if_range, const char *etag);

#endif

#ifndef STORE_DB_H
#define STORE_DB_H

#include <sqlite3.h>
#include <stdint.h>

#include "base/err.h"

/* A connection with its prepared statements. One thread at a time. Errors
 * are PRUNE_E_FAILED with SQLite's text, and db_is_full tells a full disk
 * from other trouble. */
struct db;

/* The one connection that writes. Makes the file when missing, migrates it
 * and refuses a database that is not ours or newer than we are. */
int db_open_writer(struct db **out, const char *path,
                   struct prune_error *err);

/* Reads only; the database must be there already. Never checkpoints. */
int db_open_reader(struct db **out, const char *path,
                   struct prune_error *err);
void db_close(struct db *db);

/* Whether the last failure of this connection was for want of space. */
int db_is_full(const struct db *db);

/* Statements that take and give nothing, such as BEGIN IMMEDIATE. */
int db_exec(struct db *db, const char *sql, struct prune_error *err);

/* Whether a transaction is open: SQLite ends it by itself on some errors. */
int db_in_transaction(const struct db *db);

/* A statement bound and ready to step; NULL on failure, with err set. `sql`
 * must be a string literal: statements are kept by its address. `kinds`
 * has a letter for each parameter:
 *   t  const char *, NULL gives NULL; the text must live until the reset
 *   i  int64_t
 *   b  const void *, size_t (blob; as with t) */
sqlite3_stmt *db_query(struct db *db, struct prune_error *err,
                       const char *sql, const char *kinds, ...);

/* 1: a row is there; 0: no more; negative: error. The statement is reset
 * by itself on 0 and errors; db_reset when leaving before. */
int db_step(struct db *db, sqlite3_stmt *stmt, struct prune_error *err);
void db_reset(sqlite3_stmt *stmt);

/* db_query and steps to the end. */
int db_run(struct db *db, struct prune_error *err, const char *sql,
           const char *kinds, ...);

/* The first column of the first row, or `other` where there is none. */
int db_number(struct db *db, int64_t *out, int64_t other,
              struct prune_error *err, const char *sql, const char *kinds,
              ...);

/* Rows that the last statement changed, and the last row's number. */
int64_t db_changes(const struct db *db);
int64_t db_last_row(const struct db *db);

/* A column as text; "" or NULL for NULL. Valid until the next step. */
const char *db_text(sqlite3_stmt *stmt, int column);
const char *db_text_or_null(sqlite3_stmt *stmt, int column);

#endif

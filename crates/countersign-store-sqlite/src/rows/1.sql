-- A record is one row in each table, under the text form of its key.
-- `pad` is longer than the part of a row that SQLite keeps among other rows (a page of 1024 bytes less 35).
-- So `form` is on pages of its own, which are overwritten when they are given up; rows move between pages,
-- and where a row has been SQLite wipes nothing.
CREATE TABLE credentials (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    sum INTEGER NOT NULL,
    pad BLOB NOT NULL DEFAULT (zeroblob(1000)),
    form TEXT NOT NULL
) STRICT;
CREATE TABLE access_tokens (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE REFERENCES credentials (key),
    revision INTEGER NOT NULL,
    sum INTEGER NOT NULL,
    pad BLOB NOT NULL DEFAULT (zeroblob(1000)),
    form TEXT NOT NULL
) STRICT;

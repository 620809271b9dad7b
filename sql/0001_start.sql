-- The first schema. Times are milliseconds since 1970; JSON is kept as text.

-- Immutable files of the blob folder, by the SHA-256 of their bytes. A row
-- whose file is gone is 'missing': reported at start, mended by uploading
-- the same bytes again.
CREATE TABLE blob (
    sha256 TEXT PRIMARY KEY CHECK (length(sha256) = 64),
    bytes INTEGER NOT NULL CHECK (bytes >= 0),
    state TEXT NOT NULL DEFAULT 'present'
        CHECK (state IN ('present', 'missing')),
    created INTEGER NOT NULL
) STRICT;

-- What looking into a blob that is a model has shown.
CREATE TABLE model_info (
    sha256 TEXT PRIMARY KEY REFERENCES blob ON DELETE CASCADE,
    summary TEXT NOT NULL,
    graph TEXT NOT NULL
) STRICT;

-- Names are movable pointers to digests.
CREATE TABLE model (
    name TEXT PRIMARY KEY,
    sha256 TEXT NOT NULL REFERENCES blob,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL
) STRICT;
CREATE INDEX model_blob ON model (sha256);

CREATE TABLE dataset (
    name TEXT PRIMARY KEY,
    sha256 TEXT NOT NULL REFERENCES blob,
    settings TEXT NOT NULL,
    info TEXT NOT NULL,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL
) STRICT;
CREATE INDEX dataset_blob ON dataset (sha256);

-- `seq` is the order of the queue and of lists, `id` what the world sees.
-- A job carries the digests that its names meant when it was accepted, so
-- that a name may move on.
CREATE TABLE job (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    group_id TEXT,
    state TEXT NOT NULL DEFAULT 'queued' CHECK (state IN
        ('queued', 'running', 'succeeded', 'failed', 'canceled')),
    model TEXT,
    model_sha256 TEXT NOT NULL REFERENCES blob,
    dataset TEXT,
    dataset_sha256 TEXT REFERENCES blob,
    dataset_settings TEXT,
    technique TEXT NOT NULL,
    target TEXT NOT NULL,
    settings TEXT NOT NULL,
    attempt INTEGER NOT NULL DEFAULT 0 CHECK (attempt BETWEEN 0 AND 3),
    cancel_requested INTEGER NOT NULL DEFAULT 0
        CHECK (cancel_requested IN (0, 1)),
    created INTEGER NOT NULL,
    started INTEGER,
    finished INTEGER,
    progress TEXT,
    error TEXT,
    report TEXT,
    output_sha256 TEXT REFERENCES blob,
    revision INTEGER NOT NULL DEFAULT 1,
    CHECK ((state IN ('succeeded', 'failed', 'canceled'))
        = (finished IS NOT NULL)),
    CHECK ((state = 'succeeded') = (report IS NOT NULL)),
    CHECK ((state = 'succeeded') = (output_sha256 IS NOT NULL)),
    CHECK ((state = 'failed') = (error IS NOT NULL))
) STRICT;
CREATE INDEX job_queued ON job (seq) WHERE state = 'queued';
CREATE INDEX job_running ON job (seq) WHERE state = 'running';
CREATE INDEX job_group ON job (group_id, seq) WHERE group_id IS NOT NULL;
CREATE INDEX job_model ON job (model_sha256, seq);
CREATE INDEX job_dataset ON job (dataset_sha256)
    WHERE dataset_sha256 IS NOT NULL;
CREATE INDEX job_output ON job (output_sha256)
    WHERE output_sha256 IS NOT NULL;

-- What is told about a job as it goes; replayed from here by id.
CREATE TABLE job_event (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    job INTEGER NOT NULL REFERENCES job ON DELETE CASCADE,
    type TEXT NOT NULL CHECK (type IN
        ('state', 'progress', 'metric', 'log')),
    data TEXT NOT NULL
) STRICT;
CREATE INDEX job_event_job ON job_event (job, id);

-- The output of a worker that has ended; while it runs it is a file.
CREATE TABLE job_log (
    job INTEGER PRIMARY KEY REFERENCES job ON DELETE CASCADE,
    text BLOB NOT NULL
) STRICT;

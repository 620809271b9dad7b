-- Files that lie beside a model (ONNX external data), by the model's name.
-- They may come before the model itself, so that nothing ties them to it.
CREATE TABLE model_file (
    model TEXT NOT NULL,
    name TEXT NOT NULL,
    sha256 TEXT NOT NULL REFERENCES blob,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    PRIMARY KEY (model, name)
) STRICT;
CREATE INDEX model_file_blob ON model_file (sha256);

-- What looking into a model together with its files has shown. The same
-- model with other weights beside it is another one, so that this belongs to
-- the name; model_info then holds no more than which files are needed. NULL
-- for a model that is whole by itself, and while files are missing.
ALTER TABLE model ADD COLUMN summary TEXT;
ALTER TABLE model ADD COLUMN graph TEXT;

-- The files that a job's model had when the job was accepted.
CREATE TABLE job_file (
    job INTEGER NOT NULL REFERENCES job ON DELETE CASCADE,
    name TEXT NOT NULL,
    sha256 TEXT NOT NULL REFERENCES blob,
    PRIMARY KEY (job, name)
) STRICT;
CREATE INDEX job_file_blob ON job_file (sha256);

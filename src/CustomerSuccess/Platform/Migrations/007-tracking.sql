-- Finding rows by the ids they keep for life, which the import asks for; and who ran a recurring job when.
-- Locks: builds two indexes while nothing can be written to engagement_rows and onboarding.

create index engagement_rows_by_id on engagement_rows (row_id);
create index onboarding_by_row on onboarding (row_id);

-- One row per job and the day (or other period) it ran for: whoever inserts it does the work. Local.
create table job_runs (
  job text not null,
  period text not null,
  started_at timestamptz not null,
  finished_at timestamptz,
  outcome text,
  primary key (job, period)
);

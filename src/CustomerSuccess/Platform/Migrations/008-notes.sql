-- Notes can come back after they were removed, and can say which recommended action they record.
-- Locks: notes, for a moment.

-- A note is gone where it was removed and not restored since.
alter table notes add column restored_at timestamptz;
alter table notes add column action text not null default '';

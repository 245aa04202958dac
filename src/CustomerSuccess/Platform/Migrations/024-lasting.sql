-- What a person allowed stays allowed, and what was delivered once is never taken again, however long ago that was.
-- Locks: adds two columns without a default to blocked_ids (an instant); a new table else.

-- Null: it is blocked. Automatic rows are found again; without this they would come back.
alter table blocked_ids add column allowed_by text;
alter table blocked_ids add column allowed_at timestamptz;

-- The bodies of deliveries that webhook_deliveries has forgotten. A signature without a time in it (GitHub's) is good for ever,
-- and who captured one may send it again after years. Local, as that table.
create table webhook_bodies (
  provider text not null,
  -- SHA-256.
  body_hash bytea not null,
  primary key (provider, body_hash)
);

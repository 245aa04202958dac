-- How ingestion is doing: what came a minute from whom, which days late events restated, and what became of refused messages.
-- Both new tables are local: they are small and need one place.
-- Locks: receipts briefly, for two empty columns; its writers while the small index is built.

-- Counted in the memory of the process that wrote, and added here every few seconds; a kill -9 loses a few.
create table ingest_counts (
  minute timestamptz not null,
  -- As in events: native, segment, github …
  source text not null,
  -- 'source:ID' of the write key or site it came under; '' for API keys and the product itself.
  sender text not null,
  accepted bigint not null,
  late bigint not null,
  duplicate bigint not null,
  rejected bigint not null,
  quarantined bigint not null,
  primary key (minute, source, sender)
);

-- Days whose figures changed after they were over, because events that belong to them came late.
create table restated_days (
  day date not null,
  source text not null,
  events bigint not null,
  last_at timestamptz not null,
  primary key (day, source)
);
create index restated_days_by_time on restated_days (last_at desc);

-- What a person did about a refused message: 'replayed' (sent again, and stored) or 'discarded'. Null: it waits.
alter table receipts add column settled text;
alter table receipts add column settled_at timestamptz;
create index receipts_refused on receipts (last_at desc) where verdict <> 'duplicate';

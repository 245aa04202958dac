-- Where events come from: one row per website, app or service that sends them with a client of Segment, PostHog, Plausible
-- and so on. Both tables are local: they are small and need one place.
-- Locks: new tables only.

create table sources (
  source_id text primary key,
  name text not null,
  kind text not null,
  -- Stands in web pages for everyone to read: it lets send events, nothing else. Null for a source nobody made here, which
  -- was seen sending: the clients of Plausible and Umami carry no key.
  write_key text unique,
  -- Pages that may use the key, as in https://app.example.com or https://*.example.com; empty: any, and servers.
  origins text[] not null default '{}',
  -- What a client without a key calls itself: a domain (Plausible) or a website id (Umami).
  domain text unique,
  created_at timestamptz not null,
  created_by text not null,
  -- Ended, or with a domain: blocked.
  revoked_at timestamptz,
  first_event_at timestamptz,
  last_event_at timestamptz,
  events bigint not null default 0
);

-- Visitors without a cookie are known by a hash for a day. Without the day's salt, which is deleted after two days, nobody
-- can say any more which address was behind it.
create table visitor_salts (
  day date primary key,
  salt bytea not null
);

-- Who may sign in, which machines may call, and what they did. All local tables: they are small and need one place.
-- Locks: new tables only.

-- Staff. The columns ASP.NET Core Identity reads through AccessDb, and ours; the second factor brings its own later.
create table users (
  id text primary key,
  email text not null,
  normalized_email text not null unique check (normalized_email = upper(email)),
  name text not null default '',
  role text not null check (role in ('admin', 'manager', 'viewer')),
  -- Null until the person has chosen one by their link.
  password_hash text,
  -- Changes with password, role and disabling: sessions that carry another one end within 60 s.
  security_stamp text not null,
  concurrency_stamp text not null,
  access_failed_count integer not null default 0,
  lockout_end timestamptz,
  disabled_at timestamptz,
  created_at timestamptz not null,
  last_sign_in_at timestamptz
);

-- Links that work once: the first admin's token (no user yet) and those that let a user choose a password.
create table one_time_links (
  token_hash bytea primary key,
  purpose text not null check (purpose in ('first_admin', 'set_password')),
  user_id text references users on delete cascade,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz
);
create index one_time_links_by_user on one_time_links (user_id);

-- Keys of machines. A key reads cs_<id>_<secret>; only the secret's SHA-256 is kept.
create table api_keys (
  id text primary key,
  name text not null,
  secret_hash bytea not null check (length(secret_hash) = 32),
  scopes text[] not null check (scopes <@ array['ingest', 'read', 'admin'] and cardinality(scopes) > 0),
  -- Bound to one customer, or of the company.
  customer_id text,
  created_at timestamptz not null,
  created_by text not null,
  -- At most a minute behind.
  last_used_at timestamptz,
  revoked_at timestamptz,
  -- Requests a second; null is the installation's default.
  rate_limit integer check (rate_limit between 1 and 1000000),
  -- The key this one replaces; both work until the old one is revoked.
  rotated_from text
);
create index api_keys_by_customer on api_keys (customer_id) where customer_id is not null;

-- What people and machines did here. Insert only: nothing in the product updates or deletes a row, and the
-- application's database role is to hold neither right. details is json, not jsonb, because the hash covers its text.
create table audit (
  seq bigint primary key,
  at timestamptz not null,
  -- user:<id>, key:<id>, cli, system or anonymous; never an address or a name.
  actor text not null,
  action text not null,
  target text not null,
  details json not null,
  previous_hash bytea not null,
  hash bytea not null
);

-- The last row's number and hash, sealed: shows when rows are missing from the end. Its row lock orders the writers.
create table audit_head (
  id integer primary key default 1 check (id = 1),
  seq bigint not null,
  hash bytea not null
);
insert into audit_head (seq, hash) values (0, '');

-- Keys of cookies and form tokens, encrypted with the installation's secret.
create table data_protection_keys (
  name text primary key,
  xml text not null,
  created_at timestamptz not null default now()
);

-- Customers and their people: the last value of every field, replayed from customer_* and person_* events.
-- Locks: new tables only.

create table customers (
  customer_id text primary key,
  email text not null,
  organization text not null,
  github_username text not null default '',
  signup_date date not null,
  cohort text not null default '',
  industry text not null default '',
  team_size integer,
  plan text not null default '',
  mrr numeric(12,2),
  owner text not null default '',
  status text not null default 'active',
  is_test boolean not null default false,
  archived_at timestamptz,
  external_ids jsonb not null default '{}',
  traits jsonb not null default '{}'
);
select cs_distribute('customers', 'customer_id', 'events');

create table people (
  customer_id text not null,
  person_id text not null,
  email text not null default '',
  name text not null default '',
  role text not null default '',
  first_seen timestamptz not null,
  removed_at timestamptz,
  primary key (customer_id, person_id)
);
select cs_distribute('people', 'customer_id', 'events');

-- An address belongs to one customer, whatever its case. Local: uniqueness over all customers needs one place.
create table customer_emails (
  email text primary key check (email = lower(email)),
  customer_id text not null
);
create index customer_emails_by_customer on customer_emails (customer_id);

-- Numbers of the ids made here (c1001, o1001, e1001, n1): never given twice, raised above whatever is imported.
create table numbers (
  prefix text primary key,
  last bigint not null
);
insert into numbers values ('c', 1000), ('o', 1000), ('e', 1000), ('n', 0);

-- What staff wrote down about a customer.
create table notes (
  customer_id text not null,
  note_id text not null,
  author text not null,
  text text not null,
  created_at timestamptz not null,
  removed_at timestamptz,
  primary key (customer_id, note_id)
);
select cs_distribute('notes', 'customer_id', 'events');

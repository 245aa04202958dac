-- What a link rests on, who is seen without belonging to anybody, and contradictions that wait for a person.
-- Locks: identities, customers and people, the latter two against writes while an index is built (a second for 100,000 customers).

-- Null: taken apart by a person; nothing is linked by itself here until a person does it.
alter table identities alter column target drop not null;
-- By what rule, and the message that said so.
alter table identities add column rule text not null default '';
alter table identities add column source text not null default '';
alter table identities add column evidence text not null default '';
-- Who linked it or took it apart, when, and how many times that was done: the number of its last event.
alter table identities add column actor text not null default '';
alter table identities add column changed_at timestamptz not null default '-infinity';
alter table identities add column changes integer not null default 0;
create index identities_by_change on identities (changed_at desc, identity);

-- How often each person and group of other tools was seen, and visitors that did more than look at pages. The weight is exact
-- up to 64 events and grows in steps of a twelfth of an octave then, so that the index of a busy one stays as it is.
create table sightings (
  identity text primary key,
  events bigint not null,
  weight integer not null generated always as (case when events <= 64 then events::integer else 64 + floor(12 * log(2, events / 64.0))::integer end) stored,
  first_at timestamptz not null,
  last_at timestamptz not null,
  source text not null,
  -- Whether it leads to a customer, as identities says.
  matched boolean not null default false
);
create index sightings_unmatched on sightings (weight desc, identity) where not matched;
select cs_distribute('sightings', 'identity', 'events');

-- What speaks for another link than the one that stands (or for several where there is none).
create table identity_conflicts (
  identity text not null,
  target text not null,
  rule text not null,
  source text not null,
  evidence text not null,
  found_at timestamptz not null,
  -- What a person made of it: kept, moved or ignored.
  decision text check (decision in ('kept', 'moved', 'ignored')),
  decided_by text,
  decided_at timestamptz,
  primary key (identity, target)
);
create index identity_conflicts_open on identity_conflicts (found_at desc, identity, target) where decision is null;
select cs_distribute('identity_conflicts', 'identity', 'events');

-- Ids that name nobody, beyond those the product knows: added by a person, or found to gather too many.
create table blocked_ids (
  id text primary key,
  reason text not null,
  added_by text not null,
  added_at timestamptz not null
);
select cs_distribute('blocked_ids', null);

-- How customers are found by what other tools call them (by GitHub name: customers_by_github).
create index customers_by_external_id on customers using gin (jsonb_path_query_array(external_ids, '$.*'));
create index people_by_email on people (lower(email)) where email <> '';

-- What is in the log already.
insert into sightings (identity, events, first_at, last_at, source)
select subject, count(*), min(occurred_at), max(occurred_at), min(source) from events
where customer_id is null and (left(subject, 3) in ('~g:', '~p:') or left(subject, 3) = '~v:' and type not in ('page_view', 'page_leave', 'screen_view', 'outbound_click'))
  and type not in ('identity_linked', 'identity_unlinked')
group by subject order by subject;
insert into pairs (a, b, first_at, source, id)
select distinct on (1, 2) a, b, occurred_at, source, id from (
  select '~p:' || person_id as a, '~e:' || lower(trim(properties ->> 'email')) as b, occurred_at, source, id from events where type = 'identify' and person_id is not null and properties ->> 'email' like '%_@_%'
  union all select '~p:' || person_id, '~e:' || lower(trim(person_id)), occurred_at, source, id from events where customer_id is null and person_id like '%_@_%'
) mails
order by 1, 2, occurred_at, source, id
on conflict do nothing;

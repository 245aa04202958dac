-- Identities that a message names together, kept the first time; the left one is what may come to belong to the right one.
-- A customer is on the right only where the message itself named it.
met_pairs as (
  select a, b, occurred_at, source, id from (
    select '~v:' || visitor_id as a, '~p:' || person_id as b, occurred_at, source, id from new where visitor_id is not null and person_id is not null
    union all
    select '~p:' || person_id, '~g:' || group_id, occurred_at, source, id from new where person_id is not null and group_id is not null
    union all
    select '~v:' || visitor_id, '~g:' || group_id, occurred_at, source, id from new where visitor_id is not null and person_id is null and group_id is not null
    union all
    select '~p:' || person_id, subject, occurred_at, source, id from new where person_id is not null and left(subject, 1) <> '~' and source not in ('ui', 'api', 'cli', 'csv', 'system')
    union all
    select '~v:' || visitor_id, subject, occurred_at, source, id from new where visitor_id is not null and person_id is null and left(subject, 1) <> '~'
    union all
    select '~g:' || group_id, subject, occurred_at, source, id from new where group_id is not null and left(subject, 1) <> '~'
  ) named
),
new_pairs as (
  insert into pairs (a, b, first_at, source, id)
  select distinct on (a, b) a, b, occurred_at, source, id from met_pairs order by a, b, occurred_at, source, id
  on conflict do nothing
  returning a
),
pairs_waiting as (
  insert into unresolved (identities) select array_agg(distinct a order by a) from new_pairs having count(*) > 0
)

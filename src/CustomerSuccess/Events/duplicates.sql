-- Messages sent again: counted, and those that say something else than the first are named by their place.
with again as (
  select * from unnest($1::int[], $2::text[], $3::text[], $4::text[], $5::text[], $6::jsonb[], $7::timestamptz[])
  as i(place, subject, source, id, type, properties, at)
),
others as (
  select i.place
  from again i join events e on e.id = i.id and e.source = i.source and e.subject = i.subject
  where e.type <> i.type or e.properties <> i.properties
),
counted_again as (
  insert into receipts as r (id, source, subject, verdict, reason, first_at, last_at, times)
  select id, source, subject, 'duplicate', case when bool_or(o.place is not null) then $8 else $9 end, min(at), max(at), count(*)
  from again i left join others o on o.place = i.place
  group by id, source, subject order by id, source, subject
  on conflict (id, source, subject, verdict) do update set
    last_at = excluded.last_at, times = r.times + excluded.times, reason = greatest(r.reason, excluded.reason)
)
select place from others

-- Keep the score of @day where it differs from the last one before it; where it no longer differs, keep nothing.
with scored as (
  select * from unnest(@ids, @scores, @statuses, @points::text[]) as s(customer_id, score, status, points)
),
different as (
  select s.* from scored s
  left join lateral (
    select h.score, h.status, h.points from health_scores h where h.customer_id = s.customer_id and h.day < @day::date order by h.day desc limit 1
  ) h on true
  where h.score is null or h.score <> s.score or h.status <> s.status or h.points <> s.points::jsonb
),
gone as (
  delete from health_scores where day = @day::date and customer_id in (select customer_id from scored)
    and customer_id not in (select customer_id from different)
)
insert into health_scores as h (customer_id, day, model, version, score, status, points)
select customer_id, @day::date, @model, @version, score, status, points::jsonb from different order by customer_id
on conflict (customer_id, day) do update set model = excluded.model, version = excluded.version, score = excluded.score,
  status = excluded.status, points = excluded.points
where (h.model, h.version, h.score, h.status, h.points) is distinct from (excluded.model, excluded.version, excluded.score, excluded.status, excluded.points)

with told as (
  select * from unnest(@ids, @milestones, @ns, @reached::timestamptz[], @by) as s(customer_id, milestone, n, reached_at, reached_by)
),
gone as (
  delete from milestone_counts c where c.customer_id = any(@anew) and (c.customer_id, c.milestone) not in (select customer_id, milestone from told where n > 0)
),
nothing as (
  delete from milestone_counts c where (c.customer_id, c.milestone) in (select customer_id, milestone from told where n = 0) and c.customer_id <> all(@anew)
)
insert into milestone_counts as c (customer_id, milestone, n, reached_at, reached_by)
select customer_id, milestone, n, reached_at, reached_by from told where n > 0
order by customer_id, milestone
on conflict (customer_id, milestone) do update set n = excluded.n, reached_at = excluded.reached_at, reached_by = excluded.reached_by
where (c.n, c.reached_at, c.reached_by) is distinct from (excluded.n, excluded.reached_at, excluded.reached_by)

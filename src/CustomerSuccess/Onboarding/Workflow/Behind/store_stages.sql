with told as (
  select * from unnest(@ids, @stages, @states, @since, @opened::timestamptz[], @completed::timestamptz[]) as s(customer_id, stage, state, since, opened_at, completed_at)
),
gone as (
  delete from workflow_stages t where t.customer_id = any(@customers) and (t.customer_id, t.stage) not in (select customer_id, stage from told)
)
insert into workflow_stages as t (customer_id, stage, state, since, opened_at, completed_at)
select customer_id, stage, state, since, opened_at, completed_at from told
order by customer_id, stage
on conflict (customer_id, stage) do update set
  state = excluded.state, since = excluded.since, opened_at = excluded.opened_at, completed_at = excluded.completed_at
where (t.state, t.since, t.opened_at, t.completed_at) is distinct from (excluded.state, excluded.since, excluded.opened_at, excluded.completed_at)

with told as (
  select * from unnest(@ids, @tasks, @stages, @states, @since, @opened::timestamptz[], @done::timestamptz[], @by, @attempts, @counted, @reached::timestamptz[], @reached_by)
    as s(customer_id, task, stage, state, since, opened_at, done_at, done_by, attempts, counted, reached_at, reached_by)
),
gone as (
  delete from workflow_tasks t where t.customer_id = any(@customers) and (t.customer_id, t.task) not in (select customer_id, task from told)
)
insert into workflow_tasks as t (customer_id, task, stage, state, since, opened_at, done_at, done_by, attempts, counted, reached_at, reached_by)
select customer_id, task, stage, state, since, opened_at, done_at, done_by, attempts, counted, reached_at, reached_by from told
order by customer_id, task
on conflict (customer_id, task) do update set
  stage = excluded.stage, state = excluded.state, since = excluded.since, opened_at = excluded.opened_at, done_at = excluded.done_at,
  done_by = excluded.done_by, attempts = excluded.attempts, counted = excluded.counted, reached_at = excluded.reached_at, reached_by = excluded.reached_by
where (t.stage, t.state, t.since, t.opened_at, t.done_at, t.done_by, t.attempts, t.counted, t.reached_at, t.reached_by)
  is distinct from (excluded.stage, excluded.state, excluded.since, excluded.opened_at, excluded.done_at, excluded.done_by, excluded.attempts,
    excluded.counted, excluded.reached_at, excluded.reached_by)

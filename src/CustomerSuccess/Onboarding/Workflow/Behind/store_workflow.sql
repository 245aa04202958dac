insert into workflow as w (customer_id, version, started_at, stage, stage_since, done, total, points, badges, next_task, next_since, last_progress_at,
  completed_at, stuck_at, stuck_by, counted, awaits, settled, weeks, weeks_until)
select customer_id, version, started_at, stage, stage_since, done, total, points, array(select jsonb_array_elements_text(badges)), next_task, next_since,
  last_progress_at, completed_at, stuck_at, stuck_by, counted, array(select jsonb_array_elements_text(awaits)), settled,
  array(select jsonb_array_elements_text(weeks)::date), coalesce(weeks_until, 'infinity')
from unnest(@customers, @versions, @started, @stages, @stage_since, @done, @total, @points, @badges::jsonb[], @next, @next_since::timestamptz[], @progress, @completed::timestamptz[],
    @stuck_at::timestamptz[], @stuck_by, @counted, @awaits::jsonb[], @settled::jsonb[], @weeks::jsonb[], @weeks_until::timestamptz[])
  as s(customer_id, version, started_at, stage, stage_since, done, total, points, badges, next_task, next_since, last_progress_at, completed_at,
    stuck_at, stuck_by, counted, awaits, settled, weeks, weeks_until)
order by customer_id
on conflict (customer_id) do update set
  version = excluded.version, started_at = excluded.started_at, stage = excluded.stage, stage_since = excluded.stage_since, done = excluded.done,
  total = excluded.total, points = excluded.points, badges = excluded.badges, next_task = excluded.next_task, next_since = excluded.next_since,
  last_progress_at = excluded.last_progress_at, completed_at = excluded.completed_at, stuck_at = excluded.stuck_at, stuck_by = excluded.stuck_by,
  counted = excluded.counted, awaits = excluded.awaits, settled = excluded.settled, weeks = excluded.weeks, weeks_until = excluded.weeks_until
where (w.version, w.started_at, w.stage, w.stage_since, w.done, w.total, w.points, w.badges, w.next_task, w.next_since, w.last_progress_at, w.completed_at,
    w.stuck_at, w.stuck_by, w.counted, w.awaits, w.settled, w.weeks, w.weeks_until)
  is distinct from (excluded.version, excluded.started_at, excluded.stage, excluded.stage_since, excluded.done, excluded.total, excluded.points,
    excluded.badges, excluded.next_task, excluded.next_since, excluded.last_progress_at, excluded.completed_at, excluded.stuck_at, excluded.stuck_by,
    excluded.counted, excluded.awaits, excluded.settled, excluded.weeks, excluded.weeks_until)

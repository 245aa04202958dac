-- The next run that waits, or whose process was not heard of for the length of its lease.
update schedule_runs set state = 'running', attempt = attempt + 1, leased_until = clock_timestamp() + @lease, leased_by = @worker,
  started_at = coalesce(started_at, @now)
where (schedule, local_date) in (
  select schedule, local_date from schedule_runs
  where state = 'waiting' and not_before <= clock_timestamp() or state = 'running' and leased_until < clock_timestamp()
  order by due_at limit 1 for update skip locked)
returning schedule, local_date, due_at, state, asked_by, attempt, cursor, queued, already, passed::text as passed, outcome, started_at, finished_at

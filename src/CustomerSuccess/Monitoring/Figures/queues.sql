-- Behind the log: how many entries wait, the first of them, and the last number that was given out.
select 'funnel' as worker, (select count(*) from (select from funnel_waiting limit @most) q) as waiting, (select min(id) from funnel_waiting) as first,
  pg_sequence_last_value(pg_get_serial_sequence('funnel_waiting', 'id')::regclass) as last
union all
select 'health', (select count(*) from (select from touched limit @most) q), (select min(id) from touched), pg_sequence_last_value(pg_get_serial_sequence('touched', 'id')::regclass)
union all
select 'identities', (select count(*) from (select from unresolved limit @most) q), (select min(id) from unresolved), pg_sequence_last_value(pg_get_serial_sequence('unresolved', 'id')::regclass)
union all
select 'milestones', (select count(*) from (select from milestones_waiting limit @most) q), (select min(id) from milestones_waiting),
  pg_sequence_last_value(pg_get_serial_sequence('milestones_waiting', 'id')::regclass)
union all
select 'workflow', (select count(*) from (select from workflow_waiting limit @most) q), (select min(id) from workflow_waiting),
  pg_sequence_last_value(pg_get_serial_sequence('workflow_waiting', 'id')::regclass);

-- The outbox, each state from its own index.
select state, kind, count(*) as n
from (
  (select state, kind from messages where state = 'queued' limit @most)
  union all (select state, kind from messages where state = 'sending' limit @most)
  union all (select state, kind from messages where state = 'unknown' limit @most)
) waiting
group by state, kind;

-- When each job was last done, by the key of its last period.
select n.job as name, extract(epoch from done.finished_at)::float8 as at
from unnest(@jobs) as n(job)
cross join lateral (select r.finished_at from job_runs r where r.job = n.job and r.finished_at is not null order by r.period desc limit 1) done;

-- The message that should have gone out first.
select greatest(0, extract(epoch from clock_timestamp() - least(
  (select not_before from messages where state = 'queued' and line = 'mail' order by not_before limit 1),
  (select not_before from messages where state = 'queued' and line = 'kit' order by not_before limit 1))))::float8;

select pg_database_size(current_database());

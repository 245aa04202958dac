-- The hours from a customer's task before to this one, half of them: of tasks that at least twenty customers did in the last half year.
insert into workflow_pace as p (task, hours, customers)
select task, round((percentile_cont(0.5) within group (order by hours))::numeric, 1), count(*)
from (
  select task, done_at, extract(epoch from done_at - lag(done_at) over (partition by customer_id order by done_at, task)) / 3600 as hours
  from workflow_tasks where state = 'completed' and done_at is not null
) each
where hours is not null and done_at > @since
group by task having count(*) >= 20
order by task
on conflict (task) do update set hours = excluded.hours, customers = excluded.customers

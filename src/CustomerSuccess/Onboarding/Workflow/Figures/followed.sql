-- Customers in totals with their tasks and stages, as the figures need them. In braces: which of them.
select w.customer_id, w.version, w.started_at, w.completed_at, w.stage, w.next_task, w.stuck_at, w.stuck_by, c.cohort, c.plan, c.industry, c.owner, coalesce(e.support_requests, 0)
from workflow w
join customers c on c.customer_id = w.customer_id
left join engagement e on e.customer_id = w.customer_id
where w.counted {which};

select w.customer_id, w.task, w.state, case when w.state = 'completed' then extract(epoch from w.done_at - w.opened_at)::bigint end
from workflow_tasks w where true {which};

select w.customer_id, w.stage, w.opened_at is not null, w.state = 'completed', extract(epoch from w.completed_at - w.opened_at)::bigint
from workflow_stages w where true {which}

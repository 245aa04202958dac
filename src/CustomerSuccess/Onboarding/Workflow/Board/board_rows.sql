-- Customers of the workflow, those who are stuck longest first, then by when they will be; who is through comes last. In braces: which of them, and how many. The last
-- lines look at what is shown of those found.
select w.customer_id, w.organization, w.owner, w.version, w.stage, w.done, w.total, w.next_task, w.last_progress_at, w.completed_at, w.stuck_at, w.stuck_by,
  coalesce(o.blocker_type, '') as blocker_type, (select min(t.task) from workflow_tasks t where t.customer_id = w.customer_id and t.state = 'failed') as failed
from (
  select w.*, c.organization, c.owner
  from workflow w join customers c on c.customer_id = w.customer_id
  where {where}
  order by {order} limit @take
) w
left join onboarding o on o.customer_id = w.customer_id
order by {order}

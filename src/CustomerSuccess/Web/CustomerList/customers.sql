-- One page of customers. In braces: the filters, the place where the page before ended, and the sort key with its direction
-- and the id behind it, so that a page is found by its key and costs the same wherever it is.
select s.customer_id, s.organization, s.email, s.github_username, s.cohort, s.industry, s.plan, s.owner, s.mrr, s.signup_date,
  s.account_status, s.archived, s.is_test, s.stage, s.steps, s.done, s.completed_date is not null as completed, s.blocker_type, s.blocked_at,
  s.last_active, s.score, s.band,
  case when coalesce(s.last_active, s.signup_date) <= @today::date - @inactive_after::int then 'inactive' else s.band end as status,
  ({key})::text as sort_key
from standings s
where {where} {after}
order by {order}
limit @size + 1

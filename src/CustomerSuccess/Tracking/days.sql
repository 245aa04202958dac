-- The rows of engagement.csv: those recorded under their ids, and what events counted beside them as a row for its day.
own as (
  select customer_id, row_id, day, issues_tagged, prs_generated, prs_merged, prs_rejected, support_requests, copies,
    row_id = 'e-' || customer_id || '-' || to_char(day, 'YYYYMMDD') as made
  from engagement_rows
),
by_day as (
  select customer_id, day, sum(issues_tagged) as issues_tagged, sum(prs_generated) as prs_generated, sum(prs_merged) as prs_merged,
    sum(prs_rejected) as prs_rejected, sum(support_requests) as support_requests
  from own where not made group by customer_id, day
),
counted_by_events as (
  select a.customer_id, a.day, a.issues_tagged - coalesce(b.issues_tagged, 0) as issues_tagged, a.prs_generated - coalesce(b.prs_generated, 0) as prs_generated,
    a.prs_merged - coalesce(b.prs_merged, 0) as prs_merged, a.prs_rejected - coalesce(b.prs_rejected, 0) as prs_rejected,
    a.support_requests - coalesce(b.support_requests, 0) as support_requests
  from activity a left join by_day b on b.customer_id = a.customer_id and b.day = a.day
),
days as (
  select customer_id, row_id, day, issues_tagged, prs_generated, prs_merged, prs_rejected, support_requests
  from own where not made and copies > 0
  union all
  select customer_id, 'e-' || customer_id || '-' || to_char(day, 'YYYYMMDD'), day,
    issues_tagged::bigint, prs_generated::bigint, prs_merged::bigint, prs_rejected::bigint, support_requests::bigint
  from counted_by_events
  where (issues_tagged, prs_generated, prs_merged, prs_rejected, support_requests) <> (0, 0, 0, 0, 0)
  union all
  -- A row of zeros that was imported under such an id stays a row.
  select o.customer_id, o.row_id, o.day, 0, 0, 0, 0, 0
  from own o left join counted_by_events e on e.customer_id = o.customer_id and e.day = o.day
  where o.made and o.copies > 0 and (e.day is null or (e.issues_tagged, e.prs_generated, e.prs_merged, e.prs_rejected, e.support_requests) = (0, 0, 0, 0, 0))
)
select row_id, customer_id, day, issues_tagged, prs_generated, prs_merged, prs_rejected, support_requests
from days

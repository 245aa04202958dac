-- What was counted of these customers in all, and in how many weeks (from Monday, UTC).
select customer_id, sum(issues_tagged)::bigint as issues_tagged, sum(prs_generated)::bigint as prs_generated, sum(prs_merged)::bigint as prs_merged,
  sum(prs_rejected)::bigint as prs_rejected, sum(support_requests)::bigint as support_requests, sum(api_calls)::bigint as api_calls,
  count(distinct date_trunc('week', day::timestamp)) filter (where greatest(issues_tagged, prs_generated, prs_merged, prs_rejected, support_requests, api_calls) > 0) as weeks
from activity where customer_id = any(@customers)
group by customer_id

-- After a count went down: drop days and rows that came to nothing, and take the totals from the days again.
delete from activity where customer_id = any(@customers)
  and (issues_tagged, prs_generated, prs_merged, prs_rejected, support_requests, api_calls, active_people) = (0, 0, 0, 0, 0, 0, 0);
delete from engagement_rows where customer_id = any(@customers) and copies = 0
  and (issues_tagged, prs_generated, prs_merged, prs_rejected, support_requests) = (0, 0, 0, 0, 0);
delete from engagement where customer_id = any(@customers);
insert into engagement (customer_id, issues_tagged, prs_generated, prs_merged, prs_rejected, support_requests, api_calls, days_active, last_active)
select customer_id, sum(issues_tagged), sum(prs_generated), sum(prs_merged), sum(prs_rejected), sum(support_requests), sum(api_calls),
  count(*) filter (where greatest(issues_tagged, prs_generated, prs_merged, prs_rejected, support_requests, api_calls) > 0),
  max(day) filter (where greatest(issues_tagged, prs_generated, prs_merged, prs_rejected, support_requests, api_calls) > 0)
from activity where customer_id = any(@customers) group by customer_id order by customer_id
on conflict (customer_id) do update set
  issues_tagged = excluded.issues_tagged, prs_generated = excluded.prs_generated, prs_merged = excluded.prs_merged,
  prs_rejected = excluded.prs_rejected, support_requests = excluded.support_requests, api_calls = excluded.api_calls,
  days_active = excluded.days_active, last_active = excluded.last_active

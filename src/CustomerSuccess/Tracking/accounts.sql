-- Every customer who had signed up by @to, with the onboarding record and the sums of the days @from to @to, in the order
-- in which people count ids.
totals as (
  select customer_id, sum(issues_tagged)::bigint as issues_tagged, sum(prs_generated)::bigint as prs_generated, sum(prs_merged)::bigint as prs_merged,
    sum(prs_rejected)::bigint as prs_rejected, sum(support_requests)::bigint as support_requests,
    count(*) filter (where greatest(issues_tagged, prs_generated, prs_merged, prs_rejected, support_requests, api_calls) > 0) as days_active,
    max(day) filter (where greatest(issues_tagged, prs_generated, prs_merged, prs_rejected, support_requests, api_calls) > 0) as last_active
  from activity where day between @from and @to group by customer_id
)
select c.customer_id, c.email, c.organization, c.github_username, c.signup_date, c.cohort, c.industry, c.team_size, c.status,
  c.status <> 'churned' and c.archived_at is null and not c.is_test as counted,
  /*record*/,
  coalesce(t.issues_tagged, 0), coalesce(t.prs_generated, 0), coalesce(t.prs_merged, 0), coalesce(t.prs_rejected, 0), coalesce(t.support_requests, 0),
  coalesce(t.days_active, 0), t.last_active
from customers c
left join onboarding o on o.customer_id = c.customer_id
left join totals t on t.customer_id = c.customer_id
where c.signup_date <= @to and (@customer::text is null or c.customer_id = @customer)
order by /*order*/
